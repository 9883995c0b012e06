// Package taxid tells whether a value can be an identification of its scheme: by length, form and check digits.
//
// It knows the schemes of tripinvoice/tax_ids.py; a value of another scheme is not checked. A VAT number is one with
// the prefix of a member state of the Union, of Great Britain or of Northern Ireland (XI).
package taxid

import (
	"strings"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/language"
	"golang.org/x/text/unicode/norm"
)

// IsValid tells whether the value can be an identification of the scheme; true of schemes that are not known.
func IsValid(scheme, value string) bool {
	check, known := schemes[scheme]
	return !known || check(Compact(value))
}

// Compact is the number as machines want it: without what people write between its parts.
func Compact(value string) string {
	kept := strings.Map(func(char rune) rune {
		if unicode.IsLetter(char) || unicode.IsNumber(char) || strings.ContainsRune("&+*", char) {
			return char
		}
		return -1
	}, norm.NFKC.String(value))
	return cases.Upper(language.Und).String(kept)
}

// MemberState is the member state that a VAT number is of, by its prefix; empty when it is of none.
func MemberState(value string) string {
	number := Compact(value)
	if len(number) < 2 {
		return ""
	}
	if _, is := memberStates[number[:2]]; is {
		return number[:2]
	}
	return ""
}

func isVAT(number string) bool {
	if len(number) < 2 {
		return false
	}
	prefix := number[:2]
	if check, is := memberStates[prefix]; is {
		return check(number[2:])
	}
	if prefix == "GB" || prefix == "XI" {
		return isBritish(withoutBritishPrefix(number[2:]))
	}
	return prefix != "GR" && isLetter(prefix[0]) && isLetter(prefix[1])
}

// withoutBritishPrefix takes away one more: some write it twice.
func withoutBritishPrefix(number string) string {
	if strings.HasPrefix(number, "GB") || strings.HasPrefix(number, "XI") {
		return number[2:]
	}
	return number
}

func isLetter(char byte) bool { return 'A' <= char && char <= 'Z' }

func isDigit(char byte) bool { return '0' <= char && char <= '9' }

// isDigits tells whether the text is so many digits.
func isDigits(text string, count int) bool {
	return len(text) == count && onlyDigits(text)
}

func onlyDigits(text string) bool {
	for i := range len(text) {
		if !isDigit(text[i]) {
			return false
		}
	}
	return text != ""
}

// weighted is the sum of the digits, each taken so many times; what has no weight does not count.
func weighted(digits string, weights ...int) int {
	sum := 0
	for i := range min(len(digits), len(weights)) {
		sum += weights[i] * int(digits[i]-'0')
	}
	return sum
}

// modulo is a never negative remainder.
func modulo(value, by int) int { return (value%by + by) % by }

// number is the value of some digits; of a dozen at most.
func number(digits string) int {
	value := 0
	for i := range len(digits) {
		value = 10*value + int(digits[i]-'0')
	}
	return value
}

// last is the value of the check digit at the end, and what is before it.
func last(digits string) (check int, before string) {
	end := len(digits) - 1
	return int(digits[end] - '0'), digits[:end]
}

const alphanumeric = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"

// luhn is the checksum of Luhn over an alphabet (of digits: ISO/IEC 7812-1 annex B); 0 for a right number.
func luhn(text, alphabet string) int {
	sum, size := 0, len(alphabet)
	for i := range len(text) {
		value := strings.IndexByte(alphabet, text[len(text)-1-i])
		if i%2 == 1 {
			value = 2*value/size + 2*value%size
		}
		sum += value
	}
	return sum % size
}

// mod11And10 is the pure system of ISO/IEC 7064 with two moduli; 1 for a right number.
func mod11And10(digits string) int {
	check := 5
	for i := range len(digits) {
		if check == 0 {
			check = 10
		}
		check = (2*check%11 + int(digits[i]-'0')) % 10
	}
	return check
}

// isDay tells whether there is such a day.
func isDay(year, month, day int) bool {
	if month < 1 || month > 12 || day < 1 {
		return false
	}
	days := [...]int{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}[month-1]
	if month == 2 && year%4 == 0 && (year%100 != 0 || year%400 == 0) {
		days = 29
	}
	return day <= days
}
