package assemble_test

import (
	"encoding/json"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"tripinvoice/examples/candidate-go/internal/assemble"
	"tripinvoice/examples/candidate-go/internal/contract"
	"tripinvoice/examples/candidate-go/internal/invoice"
	"tripinvoice/examples/candidate-go/internal/money"
)

// The cases that tripinvoice's tax team reads: what goes in, and the documents that come out.
const cases = "../../../../tests/golden/cases"

func TestGoldenCases(t *testing.T) {
	found := 0
	for _, country := range []string{"germany", "united_states"} {
		paths, err := filepath.Glob(filepath.Join(cases, country, "*.json"))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range paths {
			sources := readCase(t, path)
			if strings.HasSuffix(path, ".documents.json") || sources.Trip.LineOfBusiness != contract.Rides {
				continue
			}
			found++
			t.Run(strings.TrimSuffix(filepath.Base(path), ".json"), func(t *testing.T) {
				drafts, err := assemble.Drafts(sources)
				if err != nil {
					t.Fatal(err)
				}
				wanted := documents(t, strings.TrimSuffix(path, ".json")+".documents.json")
				if len(drafts) != len(wanted) {
					t.Fatalf("%d drafts, wanted %d", len(drafts), len(wanted))
				}
				for i := range drafts {
					compare(t, "draft", readable(plain(t, drafts[i])), wanted[i])
				}
			})
		}
	}
	if found < 10 {
		t.Fatalf("found %d cases of rides in %s", found, cases)
	}
}

func readCase(t *testing.T, path string) contract.Sources {
	t.Helper()
	var written map[string]any
	content := read(t, path)
	if err := json.Unmarshal(content, &written); err != nil {
		return contract.Sources{} // the documents are a list
	}
	sources, err := contract.ReadSources(content)
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return sources
}

// documents are the drafts of a case's invoices; credit notes are not a candidate's work.
func documents(t *testing.T, path string) []any {
	t.Helper()
	var written []struct{ Draft map[string]any }
	if err := json.Unmarshal(read(t, path), &written); err != nil {
		t.Fatal(err)
	}
	var drafts []any
	for _, document := range written {
		if document.Draft["key"].(map[string]any)["kind"] != invoice.KindCreditNote {
			drafts = append(drafts, document.Draft)
		}
	}
	return drafts
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func plain(t *testing.T, draft invoice.Draft) any {
	t.Helper()
	written, err := json.Marshal(draft)
	if err != nil {
		t.Fatal(err)
	}
	var value any
	if err := json.Unmarshal(written, &value); err != nil {
		t.Fatal(err)
	}
	return value
}

// readable writes amounts as people do, and leaves out what is empty or usual, as tests/golden does.
func readable(value any) any {
	switch value := value.(type) {
	case []any:
		list := make([]any, len(value))
		for i, item := range value {
			list[i] = readable(item)
		}
		return list
	case map[string]any:
		if minor, is := value["minor"]; is {
			return amount(int64(minor.(float64)), value["currency"].(string))
		}
		object := map[string]any{}
		for name, item := range value {
			if !isLeftOut(item) {
				object[name] = readable(item)
			}
		}
		return object
	}
	return value
}

func amount(minor int64, currency string) string {
	exponent := money.Exponent(currency)
	scale := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(exponent)), nil)
	return fmt.Sprintf("%s %s", new(big.Rat).SetFrac(big.NewInt(minor), scale).FloatString(exponent), currency)
}

func isLeftOut(value any) bool {
	list, isList := value.([]any)
	nothing := value == nil || value == "" || value == false || value == 0.0 || value == invoice.Automatic
	return nothing || (isList && len(list) == 0)
}

// compare names the path of each difference.
func compare(t *testing.T, path string, got, wanted any) {
	t.Helper()
	left, isObject := got.(map[string]any)
	right, both := wanted.(map[string]any)
	if isObject && both {
		for name := range left {
			compare(t, path+"."+name, left[name], right[name])
		}
		for name := range right {
			if _, there := left[name]; !there {
				t.Errorf("%s.%s: is not there, wanted %v", path, name, right[name])
			}
		}
		return
	}
	if !reflect.DeepEqual(got, wanted) {
		t.Errorf("%s: %v, wanted %v", path, got, wanted)
	}
}
