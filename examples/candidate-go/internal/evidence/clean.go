package evidence

import (
	"regexp"
	"strings"

	"golang.org/x/text/unicode/norm"
)

var (
	spaces = regexp.MustCompile(`[\t\n\v\f\r\x{85}\x{2028}\x{2029}]+`)
	// Controls, and the characters that turn the reading direction of what follows (Unicode UAX #9).
	unprintable = regexp.MustCompile(`[\x00-\x1f\x7f-\x{9f}\x{202a}-\x{202e}\x{2066}-\x{2069}]`)
)

// clean is outside text as it may be printed: NFC, one line, no control characters, no direction overrides.
func clean(text string) string {
	printable := unprintable.ReplaceAllString(spaces.ReplaceAllString(text, " "), "")
	return strings.TrimSpace(norm.NFC.String(printable))
}

// cleaned is the same of a text that may be missing; nothing is left of one without a printable character.
func cleaned(text *string) *string {
	if text == nil {
		return nil
	}
	if printable := clean(*text); printable != "" {
		return &printable
	}
	return nil
}
