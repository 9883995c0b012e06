package taxid

import (
	"strings"
)

// memberStates are the prefixes of VAT numbers, each with what checks the number behind it.
var memberStates = map[string]func(string) bool{
	"AT": isAustrian,
	"BE": isBelgian,
	"BG": isBulgarian,
	"CY": isCypriot,
	"CZ": isCzech,
	"DE": func(n string) bool { return isDigits(n, 9) && n[0] != '0' && mod11And10(n) == 1 },
	"DK": func(n string) bool {
		return isDigits(n, 8) && n[0] != '0' && weighted(n, 2, 7, 6, 5, 4, 3, 2, 1)%11 == 0
	},
	"EE": func(n string) bool { return isDigits(n, 9) && weighted(n, 3, 7, 1, 3, 7, 1, 3, 7, 1)%10 == 0 },
	"EL": isGreek,
	"ES": isSpanish,
	"FI": func(n string) bool { return isDigits(n, 8) && weighted(n, 7, 9, 10, 5, 8, 4, 2, 1)%11 == 0 },
	"FR": isFrench,
	"HR": func(n string) bool { return isDigits(n, 11) && mod11And10(n) == 1 },
	"HU": func(n string) bool { return isDigits(n, 8) && weighted(n, 9, 7, 3, 1, 9, 7, 3, 1)%10 == 0 },
	"IE": isIrish,
	"IT": isItalian,
	"LT": isLithuanian,
	"LU": func(n string) bool { return isDigits(n, 8) && number(n[:6])%89 == number(n[6:]) },
	"LV": isLatvian,
	"MT": func(n string) bool {
		return isDigits(n, 8) && n[0] != '0' && weighted(n, 3, 4, 6, 7, 8, 9, 10, 1)%37 == 0
	},
	"NL": isDutch,
	"PL": isPolish,
	"PT": isPortuguese,
	"RO": isRomanian,
	"SE": func(n string) bool { return isDigits(n, 12) && n[10:] == "01" && luhn(n[:10], digits) == 0 },
	"SI": isSlovenian,
	"SK": isSlovak,
}

const digits = "0123456789"

func isAustrian(n string) bool {
	if len(n) != 9 || n[0] != 'U' || !onlyDigits(n[1:]) {
		return false
	}
	check, before := last(n[1:])
	return modulo(6-luhn(before, digits), 10) == check
}

// isBelgian: of an old number the leading zero may be missing.
func isBelgian(n string) bool {
	if len(n) == 9 {
		n = "0" + n
	}
	return isDigits(n, 10) && n[0] <= '1' && number(n) > 0 && (number(n[:8])+number(n[8:]))%97 == 0
}

// isBulgarian: nine digits are a company's; ten a citizen's, a foreigner's, or of others.
func isBulgarian(n string) bool {
	if !isDigits(n, 9) && !isDigits(n, 10) {
		return false
	}
	check, before := last(n)
	if len(n) == 9 {
		expected := weighted(before, 1, 2, 3, 4, 5, 6, 7, 8) % 11
		if expected == 10 {
			expected = weighted(before, 3, 4, 5, 6, 7, 8, 9, 10) % 11
		}
		return expected%10 == check
	}
	other := modulo(11-weighted(before, 4, 3, 2, 7, 6, 5, 4, 3, 2), 11)
	return isBulgarianCitizen(n) || weighted(before, 21, 19, 17, 13, 11, 9, 7, 3, 1)%10 == check || other == check
}

func isBulgarianCitizen(n string) bool {
	year, month, day := 1900+number(n[:2]), number(n[2:4]), number(n[4:6])
	switch {
	case month > 40:
		year, month = year+100, month-40
	case month > 20:
		year, month = year-100, month-20
	}
	check, before := last(n)
	return isDay(year, month, day) && weighted(before, 2, 4, 8, 5, 10, 9, 7, 3, 6)%11%10 == check
}

func isCypriot(n string) bool {
	if len(n) != 9 || !onlyDigits(n[:8]) || n[:2] == "12" {
		return false
	}
	odd := [...]int{1, 0, 5, 7, 9, 13, 15, 17, 19, 21}
	sum := 0
	for i := range 8 {
		digit := int(n[i] - '0')
		if i%2 == 0 {
			digit = odd[digit]
		}
		sum += digit
	}
	return n[8] == byte('A'+sum%26)
}

// isCzech: eight digits are a company's, nine that begin with 6 of others, else nine or ten a citizen's.
func isCzech(n string) bool {
	switch {
	case isDigits(n, 8):
		check, before := last(n)
		expected := modulo(11-weighted(before, 8, 7, 6, 5, 4, 3, 2), 11)
		if expected == 0 {
			expected = 1
		}
		return n[0] != '9' && expected%10 == check
	case isDigits(n, 9) && n[0] == '6':
		check, before := last(n[1:])
		return modulo(8-modulo(10-weighted(before, 8, 7, 6, 5, 4, 3, 2)%11, 11), 10) == check
	}
	return isCzechCitizen(n)
}

func isCzechCitizen(n string) bool {
	if !isDigits(n, 9) && !isDigits(n, 10) {
		return false
	}
	year, month, day := 1900+number(n[:2]), number(n[2:4])%50%20, number(n[4:6])
	if len(n) == 9 {
		if year >= 1980 {
			year -= 100
		}
		return year <= 1953 && isDay(year, month, day)
	}
	if year < 1954 {
		year += 100
	}
	check, before := last(n)
	return isDay(year, month, day) && number(before)%11%10 == check
}

// isGreek: of an old number the leading zero may be missing.
func isGreek(n string) bool {
	if len(n) == 8 {
		n = "0" + n
	}
	if !isDigits(n, 9) {
		return false
	}
	check, before := last(n)
	return weighted(before, 256, 128, 64, 32, 16, 8, 4, 2)%11%10 == check
}

func isSpanish(n string) bool {
	if len(n) != 9 || !onlyDigits(n[1:8]) {
		return false
	}
	switch {
	case strings.ContainsRune("KLM", rune(n[0])):
		return n[8] == spanishLetter(n[1:8])
	case isDigit(n[0]):
		return n[8] == spanishLetter(n[:8])
	case strings.ContainsRune("XYZ", rune(n[0])):
		return n[8] == spanishLetter(string(n[0]-'X'+'0')+n[1:8])
	case strings.ContainsRune("ABCDEFGHJNPQRSUVW", rune(n[0])):
		check := modulo(10-luhn(n[1:8]+"0", digits), 10)
		return n[8] == byte('0'+check) || n[8] == "JABCDEFGHI"[check]
	}
	return false
}

func spanishLetter(n string) byte { return "TRWAGMYFPDXBNJZSQVHLCKE"[number(n)%23] }

// isFrench: a SIREN, but of Monaco, behind a key of two digits, or of a newer form with letters.
func isFrench(n string) bool {
	const alphabet = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ"
	if len(n) != 11 || !onlyDigits(n[2:]) || !isFrenchKey(n[:2], alphabet) {
		return false
	}
	if n[2:5] != "000" && luhn(n[2:], digits) != 0 {
		return false
	}
	siren := number(n[2:])
	if onlyDigits(n) {
		return number(n[:2]) == (siren*100+12)%97
	}
	first, second := strings.IndexByte(alphabet, n[0]), strings.IndexByte(alphabet, n[1])
	check := 34*first + second - 100
	if isDigit(n[0]) {
		check = 24*first + second - 10
	}
	// The quotient is rounded down, as the remainder is never negative.
	return modulo(siren+1+(check-modulo(check, 11))/11, 11) == modulo(check, 11)
}

func isFrenchKey(key, alphabet string) bool {
	return strings.IndexByte(alphabet, key[0]) >= 0 && strings.IndexByte(alphabet, key[1]) >= 0
}

// isIrish: seven digits, a check letter and perhaps another; an old number has a sign in the place of its second digit.
func isIrish(n string) bool {
	const alphabet = "WABCDEFGHIJKLMNOPQRSTUV"
	if (len(n) != 8 && len(n) != 9) || !isDigit(n[0]) || !onlyDigits(n[2:7]) {
		return false
	}
	for i := 7; i < len(n); i++ {
		if strings.IndexByte(alphabet, n[i]) < 0 {
			return false
		}
	}
	sum := 0
	switch {
	case isDigit(n[1]):
		sum = weighted(n[:7], 8, 7, 6, 5, 4, 3, 2)
		if len(n) == 9 {
			sum += 9 * strings.IndexByte(alphabet, n[8])
		}
	case isLetter(n[1]) || n[1] == '+' || n[1] == '*':
		sum = weighted("0"+n[2:7]+n[:1], 8, 7, 6, 5, 4, 3, 2)
	default:
		return false
	}
	return n[7] == alphabet[sum%23]
}

// isItalian: digits eight to ten are of the office that gave the number.
func isItalian(n string) bool {
	if !isDigits(n, 11) || number(n[:7]) == 0 {
		return false
	}
	office := number(n[7:10])
	known := (1 <= office && office <= 100) || office == 120 || office == 121 || office == 888 || office == 999
	return known && luhn(n, digits) == 0
}

func isLithuanian(n string) bool {
	if !(isDigits(n, 9) && n[7] == '1') && !(isDigits(n, 12) && n[10] == '1') {
		return false
	}
	check, before := last(n)
	expected := weighted(before, 1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 2) % 11
	if expected == 10 {
		expected = weighted(before, 3, 4, 5, 6, 7, 8, 9, 1, 2, 3, 4) % 11
	}
	return expected%10 == check
}

// isLatvian: a company's begins with 4 or more, a person's of a newer form with 32, another with a birthday.
func isLatvian(n string) bool {
	if !isDigits(n, 11) {
		return false
	}
	if n[0] > '3' {
		return weighted(n, 9, 1, 4, 8, 3, 10, 2, 5, 7, 6, 1)%11 == 3
	}
	year := 1800 + 100*number(n[6:7]) + number(n[4:6])
	if n[:2] != "32" && !isDay(year, number(n[2:4]), number(n[:2])) {
		return false
	}
	check, before := last(n)
	return (1+weighted(before, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9))%11%10 == check
}

// isDutch: a person's number of before 2020, or of now with check digits over all of it (ISO/IEC 7064, MOD 97-10).
func isDutch(n string) bool {
	if len(n) < 4 {
		return false
	}
	n = strings.Repeat("0", max(0, 12-len(n))) + n // leading zeros may be missing
	if len(n) != 12 || !onlyDigits(n[:9]) || n[9] != 'B' || !onlyDigits(n[10:]) || number(n[:9]) == 0 || number(n[10:]) == 0 {
		return false
	}
	check, before := last(n[:9])
	return modulo(weighted(before, 9, 8, 7, 6, 5, 4, 3, 2)-check, 11) == 0 || mod97("NL"+n) == 1
}

func mod97(text string) int {
	rest := 0
	for i := range len(text) {
		value := strings.IndexByte(alphanumeric, text[i])
		if value > 9 {
			rest *= 10
		}
		rest = (10*rest + value) % 97
	}
	return rest
}

func isPolish(n string) bool {
	return isDigits(n, 10) && modulo(weighted(n, 6, 5, 7, 2, 3, 4, 5, 6, 7, -1), 11) == 0
}

func isPortuguese(n string) bool {
	if !isDigits(n, 9) || n[0] == '0' {
		return false
	}
	check, before := last(n)
	return modulo(11-weighted(before, 9, 8, 7, 6, 5, 4, 3, 2), 11)%10 == check
}

// isRomanian: thirteen digits are a person's, up to ten a company's.
func isRomanian(n string) bool {
	if !onlyDigits(n) || n[0] == '0' {
		return false
	}
	check, before := last(n)
	if len(n) == 13 {
		return isRomanianPerson(n)
	}
	if len(n) < 2 || len(n) > 10 {
		return false
	}
	padded := strings.Repeat("0", 9-len(before)) + before
	return 10*weighted(padded, 7, 5, 3, 2, 1, 7, 5, 3, 2)%11%10 == check
}

func isRomanianPerson(n string) bool {
	year := 1900
	switch n[0] {
	case '3', '4':
		year = 1800
	case '5', '6':
		year = 2000
	}
	county := number(n[7:9])
	known := (1 <= county && county <= 48) || county == 51 || county == 52 || county == 70 || (80 <= county && county <= 83)
	check, before := last(n)
	expected := weighted(before, 2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9) % 11
	if expected == 10 {
		expected = 1
	}
	return known && isDay(year+number(n[1:3]), number(n[3:5]), number(n[5:7])) && expected == check
}

func isSlovenian(n string) bool {
	if !isDigits(n, 8) || n[0] == '0' {
		return false
	}
	check, before := last(n)
	expected := 11 - weighted(before, 8, 7, 6, 5, 4, 3, 2)%11
	if expected == 10 {
		expected = 0
	}
	return expected == check // eleven is none
}

func isSlovak(n string) bool {
	if !isDigits(n, 10) {
		return false
	}
	return isCzechCitizen(n) || (n[0] != '0' && strings.IndexByte("234789", n[2]) >= 0 && number(n)%11 == 0)
}

// isBritish: nine digits, or twelve with a branch; of departments and health authorities three behind letters.
func isBritish(n string) bool {
	if (len(n) == 5 && onlyDigits(n[2:])) || (len(n) == 11 && n[2:6] == "8888" && onlyDigits(n[6:])) {
		office := number(n[len(n)-3:])
		if len(n) == 11 {
			office = number(n[6:9])
			if office%97 != number(n[9:]) {
				return false
			}
		}
		return (n[:2] == "GD" && office < 500) || (n[:2] == "HA" && office >= 500)
	}
	if !isDigits(n, 9) && !isDigits(n, 12) {
		return false
	}
	check := weighted(n[:9], 8, 7, 6, 5, 4, 3, 2, 10, 1) % 97
	return check == 0 || (number(n[:3]) >= 100 && (check == 42 || check == 55))
}
