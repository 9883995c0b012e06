import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.mustangproject.validator.ZUGFeRDValidator;

/** Judges files one after the other: a report in XML for each, with a form feed after it, which no XML may hold. */
public class Mustang {
    public static void main(String[] files) {
        PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
        System.setOut(System.err); // what the libraries say is no report
        for (String file : files) {
            out.print(new ZUGFeRDValidator().validate(file));
            out.print('\f');
        }
        out.flush();
    }
}
