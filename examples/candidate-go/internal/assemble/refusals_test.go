package assemble_test

import (
	"encoding/json"
	"errors"
	"testing"

	"tripinvoice/examples/candidate-go/internal/assemble"
	"tripinvoice/examples/candidate-go/internal/contract"
	"tripinvoice/examples/candidate-go/internal/fault"
)

const ride = `{
  "trip": {
    "trip_id": "t-1", "line_of_business": "rides", "product": "taxi", "pickup": {"country": "DE"},
    "started_at": "2026-03-29T10:00:00Z", "ended_at": "2026-03-29T10:20:00Z", "distance_m": 8400
  },
  "answers": [
    {"system": "fares", "provides": "charges", "body": {"currency": "EUR", "charges": [
      {"code": "fare", "contract": "transport", "tax_class": "transport", "amount": "19.40"}]}},
    {"system": "drivers", "provides": "driver", "body": {
      "ref": "drv-1", "name": "Taxi Beispiel", "address": ["Weg 1"], "city": "Berlin", "country": "DE"}},
    {"system": "taxes", "provides": "supplier_tax", "body": {"tax_ids": [{"scheme": "VAT", "value": "DE999999018"}]}},
    {"system": "platforms", "provides": "platform", "body": {"name": "Beispiel GmbH"}}
  ]
}`

// changed is the ride with one of its values replaced; nil takes it away.
func changed(t *testing.T, value any, path ...any) contract.Sources {
	t.Helper()
	var whole any
	if err := json.Unmarshal([]byte(ride), &whole); err != nil {
		t.Fatal(err)
	}
	inside := whole
	for _, step := range path[:max(0, len(path)-1)] {
		if name, is := step.(string); is {
			inside = inside.(map[string]any)[name]
		} else {
			inside = inside.([]any)[step.(int)]
		}
	}
	if len(path) > 0 {
		inside.(map[string]any)[path[len(path)-1].(string)] = value
	}
	written, err := json.Marshal(whole)
	if err != nil {
		t.Fatal(err)
	}
	sources, err := contract.ReadSources(written)
	if err != nil {
		t.Fatal(err)
	}
	return sources
}

func TestRide(t *testing.T) {
	drafts, err := assemble.Drafts(changed(t, nil))
	if err != nil {
		t.Fatal(err)
	}
	draft := drafts[0]
	if len(drafts) != 1 || draft.Totals.Net.Minor != 1813 || draft.Totals.Tax.Minor != 127 || !draft.Simplified {
		t.Errorf("%d drafts, the first with %+v, simplified %t", len(drafts), draft.Totals, draft.Simplified)
	}
	if draft.Series != "DE-DR-DRV-1" || draft.IssuerMode != "on_behalf" || draft.TaxLines[0].TaxRate != "7" {
		t.Errorf("series %s, %s, at %s %%", draft.Series, draft.IssuerMode, draft.TaxLines[0].TaxRate)
	}
}

func TestMoreThanThereIsMoney(t *testing.T) {
	sources := changed(t, "9999999999999.99", "answers", 0, "body", "charges", 0, "amount")
	sources.Answers[0].Body["currency"] = "CHF"
	sources.Answers = append(sources.Answers, contract.Answer{System: "rates", Provides: "exchange_rate", Body: map[string]any{
		"currency": "CHF", "into": "EUR", "rate": "999999999", "published": "2026-03-01", "source": "a bank",
	}})
	_, err := assemble.Drafts(sources)
	var refused *fault.Error
	if !errors.As(err, &refused) || refused.Type != fault.InvalidAnswer || refused.Field != "exchange_rate" {
		t.Errorf("%v", err)
	}
}

func TestRefusals(t *testing.T) {
	charge := []any{"answers", 0, "body", "charges", 0}
	for name, test := range map[string]struct {
		value       any
		path        []any
		kind, field string
	}{
		"another country":         {"FR", []any{"trip", "pickup", "country"}, fault.Unsupported, "trip.pickup"},
		"a delivery":              {"delivery", []any{"trip", "line_of_business"}, fault.Unsupported, "trip.pickup"},
		"a motorcycle":            {"moto", []any{"trip", "product"}, fault.UnsupportedTrip, "trip.product"},
		"no distance":             {nil, []any{"trip", "distance_m"}, fault.InvalidTrip, "trip.distance_m"},
		"no zone of the time":     {"2026-03-29T10:20:00", []any{"trip", "ended_at"}, fault.InvalidTrip, "trip.ended_at"},
		"no such zone":            {"Mars/Olympus", []any{"trip", "time_zone"}, fault.InvalidTrip, "trip.time_zone"},
		"an end before the start": {"2026-03-29T09:00:00Z", []any{"trip", "ended_at"}, fault.InvalidTrip, "trip.ended_at"},
		"no amount":               {"twelve", append(charge, "amount"), fault.InvalidAnswer, "fares.charges.0.amount"},
		"half a cent":             {"1.005", append(charge, "amount"), fault.InvalidAnswer, "fares.charges.0.amount"},
		"a number for an amount":  {19.4, append(charge, "amount"), fault.InvalidAnswer, "fares.charges.0.amount"},
		"no price":                {"wait", append(charge, "tax_class"), fault.MissingAnswer, "charges"},
		"not final":               {false, []any{"answers", 0, "body", "final"}, fault.MissingAnswer, "fares.final"},
		"another currency":        {"CHF", []any{"answers", 0, "body", "currency"}, fault.InvalidAnswer, "currency"},
		"a wrong number": {
			[]any{map[string]any{"scheme": "VAT", "value": "DE999999019"}}, []any{"answers", 2, "body", "tax_ids"},
			fault.InvalidAnswer, "supplier_tax.tax_ids.0.value",
		},
		"no platform":  {nil, []any{"answers", 3, "body"}, fault.MissingAnswer, "platform"},
		"no driver":    {nil, []any{"answers", 1, "body"}, fault.MissingAnswer, "driver"},
		"no reference": {nil, []any{"answers", 1, "body", "ref"}, fault.MissingAnswer, "driver"},
		"no address":   {[]any{}, []any{"answers", 1, "body", "address"}, fault.InvalidAnswer, "supplier.address"},
		"no recipient": {"250.01", append(charge, "amount"), fault.MissingAnswer, "recipient"},
		"no country":   {"QQ", []any{"answers", 1, "body", "country"}, fault.RuleViolation, "BR-CL-14"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := assemble.Drafts(changed(t, test.value, test.path...))
			var refused *fault.Error
			if !errors.As(err, &refused) || refused.Type != test.kind || refused.Field != test.field {
				t.Fatalf("%#v, wanted %s of %s", err, test.kind, test.field)
			}
			if refused.Retryable() {
				t.Error("what evidence decides stays as it is")
			}
		})
	}
}
