package taxid_test

import (
	"testing"

	"tripinvoice/examples/candidate-go/internal/taxid"
)

// A few of each kind; tripinvoice's tests draw many more, and compare.
func TestIsValid(t *testing.T) {
	for _, test := range []struct {
		scheme, value string
		valid         bool
	}{
		{"VAT", "de 999 999 018", true},
		{"VAT", "DE999999019", false},
		{"VAT", "\uff24\uff25999999018", true},
		{"VAT", "FR 11 999999998", true},
		{"VAT", "GB999900002", true},
		{"VAT", "XI123456789", false},
		{"VAT", "GR999999993", false},
		{"VAT", "CHE-999.999.996 MWST", true},
		{"VAT", "", false},
		{"DE-STNR", "99/999/00004", true},
		{"DE-STNR", "99/999/0000", false},
		{"MX-RFC", "Ñ&Z010101AB1", true},
		{"IT-CF", "XXXYYY80A41H501D", false},
		{"TLC", "anything", true},
	} {
		if got := taxid.IsValid(test.scheme, test.value); got != test.valid {
			t.Errorf("%s %q: %t", test.scheme, test.value, got)
		}
	}
}

func TestMemberState(t *testing.T) {
	for value, state := range map[string]string{"de 811 569 869": "DE", "EL094259216": "EL", "GB1": "", "": "", "X": ""} {
		if got := taxid.MemberState(value); got != state {
			t.Errorf("%q: %q", value, got)
		}
	}
}
