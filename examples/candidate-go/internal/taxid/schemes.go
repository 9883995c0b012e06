package taxid

import (
	"regexp"
	"strings"
)

// schemes are those whose values are checked.
var schemes = map[string]func(string) bool{
	"VAT":      isVAT,
	"AU-ABN":   isAustralian,
	"BG-EIK":   func(n string) bool { return isBulgarian(strings.TrimPrefix(n, "BG")) },
	"BR-CNPJ":  isBrazilianCompany,
	"BR-CPF":   isBrazilianPerson,
	"DE-STNR":  isGermanTaxNumber,
	"ES-NIF":   func(n string) bool { return isSpanish(strings.TrimPrefix(n, "ES")) },
	"FR-SIREN": func(n string) bool { return isDigits(n, 9) && luhn(n, digits) == 0 },
	"FR-SIRET": isSiret,
	"GR-AFM":   isGreekTaxNumber,
	"IN-GSTIN": isGSTIN,
	"IT-CF":    isCodiceFiscale,
	"JP-QII":   ofForm(`T[0-9]{13}`),
	"KE-PIN":   ofForm(`[AP][0-9]{9}[A-Z]`),
	"MX-RFC":   isMexican,
	"NL-KVK":   ofForm(`[0-9]{8}`),
	"PL-NIP":   func(n string) bool { return isPolish(strings.TrimPrefix(n, "PL")) },
	"PT-NIF":   func(n string) bool { return isPortuguese(strings.TrimPrefix(n, "PT")) },
	"SA-VAT":   ofForm(`3[0-9]{13}3`),
	"SE-ORGNR": func(n string) bool { return isDigits(n, 10) && luhn(n, digits) == 0 },
	"TW-UBN":   isTaiwanese,
}

func ofForm(pattern string) func(string) bool {
	return regexp.MustCompile(`^(?:` + pattern + `)$`).MatchString
}

func isAustralian(n string) bool {
	return isDigits(n, 11) && 11+modulo(-weighted(n[2:], 3, 5, 7, 9, 11, 13, 15, 17, 19)-1, 89) == number(n[:2])
}

var brazilian = ofForm(`[0-9A-Z]{14}`)

// isBrazilianCompany: newer numbers have letters, which count by their place in ASCII.
func isBrazilianCompany(n string) bool {
	if !brazilian(n) || strings.HasPrefix(n, "000000000000") {
		return false
	}
	first := weighted(n[:12], 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2)
	first = modulo(11-first, 11) % 10
	second := weighted(n[:12], 6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3) + 2*first
	second = modulo(11-second, 11) % 10
	return n[12:] == string([]byte{byte('0' + first), byte('0' + second)})
}

func isBrazilianPerson(n string) bool {
	if !isDigits(n, 11) || number(n) == 0 {
		return false
	}
	first := modulo(11-weighted(n[:9], 10, 9, 8, 7, 6, 5, 4, 3, 2), 11) % 10
	second := modulo(11-weighted(n[:9], 11, 10, 9, 8, 7, 6, 5, 4, 3)-2*first, 11) % 10
	return number(n[9:]) == 10*first+second
}

// isGermanTaxNumber: ten or eleven digits as the state writes them, or thirteen as the Union of states does. The check
// digit is computed otherwise in each state, so only the form is checked.
var isGermanTaxNumber = ofForm(strings.Join([]string{
	`[0-9]{10,11}`, // every state's form is some ten or eleven digits; two digits of the office may be any
	`(?:28|11|30|24|22|26|40|23|27|10|32|31|21|41)[0-9]{2}0[0-9]{8}`,
	`9[0-9]{3}0[0-9]{8}`,
	`5[0-9]{3}0[0-9]{8}`,
}, "|"))

// isSiret: of the post office's branches all digits together are a multiple of five.
func isSiret(n string) bool {
	if !isDigits(n, 14) || luhn(n[:9], digits) != 0 {
		return false
	}
	if strings.HasPrefix(n, "356000000") && n != "35600000000048" {
		return weighted(n, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1)%5 == 0
	}
	return luhn(n, digits) == 0
}

func isGreekTaxNumber(n string) bool {
	if strings.HasPrefix(n, "EL") || strings.HasPrefix(n, "GR") {
		n = n[2:]
	}
	return isGreek(n)
}

var gstin = ofForm(`[0-9]{2}[A-Z]{5}[0-9]{4}[A-Z][1-9A-Z][A-Z][0-9A-Z]`)

func isGSTIN(n string) bool { return gstin(n) && luhn(n, alphanumeric) == 0 }

var codiceFiscale = ofForm(`[A-Z]{6}[0-9LMNPQRSTUV]{2}[ABCDEHLMPRST][0-9LMNPQRSTUV]{2}[A-Z][0-9LMNPQRSTUV]{3}[A-Z]`)

// isCodiceFiscale: a company's is its VAT number, a person's has the name, the birthday and the place of birth.
func isCodiceFiscale(n string) bool {
	if len(n) == 11 {
		return isItalian(n)
	}
	if !codiceFiscale(n) {
		return false
	}
	odd := [...]int{1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23}
	sum := 0
	for i := range 15 {
		value := strings.IndexByte(digits, n[i])
		if value < 0 {
			value = int(n[i] - 'A')
		}
		if i%2 == 0 {
			value = odd[value]
		}
		sum += value
	}
	year := 1900 + 10*omocodia(n[6]) + omocodia(n[7])
	if year < 1920 {
		year += 100
	}
	day := (10*omocodia(n[9]) + omocodia(n[10])) % 40
	return n[15] == byte('A'+sum%26) && isDay(year, 1+strings.IndexByte("ABCDEHLMPRST", n[8]), day)
}

// omocodia is the value of a digit, or of the letter that stands for one where two people would have the same number.
func omocodia(char byte) int {
	if isDigit(char) {
		return int(char - '0')
	}
	return strings.IndexByte("LMNPQRSTUV", char)
}

var (
	mexicanPerson  = regexp.MustCompile(`^[A-Z&Ñ]{4}([0-9]{6})(?:[0-9A-Z]{3})?$`)
	mexicanCompany = regexp.MustCompile(`^[A-Z&Ñ]{3}([0-9]{6})[0-9A-Z]{3}$`)
	// What a person's must not begin with, as the tax office has published it.
	unseemly = strings.Fields("BUEI BUEY CACA CACO CAGA CAGO CAKA CAKO COGE COJA COJE COJI COJO CULO FETO GUEY JOTO KACA " +
		"KACO KAGA KAGO KAKA KOGE KOJO KULO MAME MAMO MEAR MEAS MEON MION MOCO MULA PEDA PEDO PENE PUTA PUTO QULO RATA RUIN")
)

// isMexican: the first letters of the name and the day of birth or foundation; the check digit is not always right.
func isMexican(n string) bool {
	found := mexicanCompany.FindStringSubmatch(n)
	if found == nil {
		found = mexicanPerson.FindStringSubmatch(n)
		for _, word := range unseemly {
			if strings.HasPrefix(n, word) {
				return false
			}
		}
	}
	if found == nil {
		return false
	}
	day := found[1]
	return isDay(2000+number(day[:2]), number(day[2:4]), number(day[4:]))
}

func isTaiwanese(n string) bool {
	if !isDigits(n, 8) {
		return false
	}
	sum := 0
	for i, weight := range [...]int{1, 2, 1, 2, 1, 2, 4, 1} {
		product := weight * int(n[i]-'0')
		sum += product/10 + product%10
	}
	return sum%10 == 0 || (sum%10 == 9 && n[6] == '7')
}
