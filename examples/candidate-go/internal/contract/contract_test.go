package contract_test

import (
	"errors"
	"testing"

	"tripinvoice/examples/candidate-go/internal/contract"
	"tripinvoice/examples/candidate-go/internal/fault"
)

func TestRequestsThatCannotBe(t *testing.T) {
	for name, written := range map[string]string{
		"no JSON":      `{`,
		"a list":       `[]`,
		"other schema": `{"schema": "tripinvoice.preprocess/2", "evidence": {}}`,
		"neither":      `{"schema": "tripinvoice.preprocess/1", "sources": null, "evidence": null}`,
		"both":         `{"schema": "tripinvoice.preprocess/1", "sources": {"key": "k"}, "evidence": {}}`,
	} {
		t.Run(name, func(t *testing.T) {
			_, err := contract.ReadRequest([]byte(written))
			var refused *fault.Error
			if !errors.As(err, &refused) || refused.Type != fault.Conflict {
				t.Errorf("read: %v", err)
			}
		})
	}
}

func TestSourcesThatCannotBe(t *testing.T) {
	const place, times = `"pickup": {"country": "DE"}`, `"started_at": "2026-01-01T00:00:00Z", "ended_at": "2026-01-01T00:00:00Z"`
	const ride = `"trip_id": "t", "line_of_business": "rides", "product": "taxi", ` + place + `, ` + times
	for name, test := range map[string]struct {
		written string
		fits    bool
	}{
		"a ride":                 {`{"trip": {` + ride + `}, "answers": []}`, true},
		"with what is not known": {`{"trip": {` + ride + `, "new": 1}, "answers": [], "newer": {}}`, true},
		"no trip":                {`{"answers": []}`, false},
		"no place":               {`{"trip": {"trip_id": "t", "line_of_business": "rides", "product": "taxi", ` + times + `}}`, false},
		"another schema":         {`{"schema": "tripinvoice.sources/2", "trip": {` + ride + `}}`, false},
		"another completion":     {`{"trip": {` + ride + `, "completion": "lost"}}`, false},
		"a distance in words":    {`{"trip": {` + ride + `, "distance_m": "far"}}`, false},
		"no time":                {`{"trip": {` + ride + `, "ended_at": "now"}}`, false},
		"an answer of no object": {`{"trip": {` + ride + `}, "answers": [{"body": 3}]}`, false},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := contract.ReadSources([]byte(test.written)); (err == nil) != test.fits {
				t.Errorf("read: %v", err)
			}
		})
	}
}
