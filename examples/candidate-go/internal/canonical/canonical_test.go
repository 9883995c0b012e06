package canonical_test

import (
	"encoding/json"
	"testing"

	"tripinvoice/examples/candidate-go/internal/canonical"
)

func TestMarshal(t *testing.T) {
	for _, test := range []struct {
		value   any
		written string
	}{
		{map[string]any{"b": 1, "a": []any{nil, true, "x"}}, `{"a":[null,true,"x"],"b":1}`},
		{"<&>\u2028\u007f", "\"<&>\u2028\u007f\""},
		{"\"\\/\n\r\t\b\f\x01", `"\"\\/\n\r\t\b\f\u0001"`},
		{json.Number("12345678901234567890"), `12345678901234567890`},
		{[]string{}, `[]`},
		{struct {
			Z int `json:"z"`
			A any `json:"a"`
		}{1, nil}, `{"a":null,"z":1}`},
	} {
		got, err := canonical.Marshal(test.value)
		if err != nil || string(got) != test.written {
			t.Errorf("%v: %s, %v, wanted %s", test.value, got, err, test.written)
		}
	}
}

func TestMarshalRefusesWhatIsNoJSON(t *testing.T) {
	if _, err := canonical.Marshal(func() {}); err == nil {
		t.Error("a function was written")
	}
}
