package contract

import (
	"encoding/json"
	"slices"
	"time"

	"tripinvoice/examples/candidate-go/internal/fault"
)

// Lines of business, products and completions, in tripinvoice's words (tripinvoice/trip.py).
const (
	Rides            = "rides"
	Delivery         = "delivery"
	Taxi             = "taxi"
	HireCar          = "hire_car"
	CancelledWithFee = "cancelled_with_fee"
)

// Place is where the trip began or ended. Municipality is the country's own code.
type Place struct {
	Country      string  `json:"country"`
	Subdivision  *string `json:"subdivision"`
	Municipality *string `json:"municipality"`
}

// Trip is one completed trip, without money and names.
type Trip struct {
	TripID           string  `json:"trip_id"`
	LineOfBusiness   string  `json:"line_of_business"`
	Product          string  `json:"product"`
	Pickup           *Place  `json:"pickup"`
	Dropoff          *Place  `json:"dropoff"`
	StartedAt        Moment  `json:"started_at"`
	EndedAt          Moment  `json:"ended_at"`
	Completion       string  `json:"completion"`
	DistanceM        *int64  `json:"distance_m"`
	SameMunicipality *bool   `json:"same_municipality"`
	TimeZone         *string `json:"time_zone"`
	Locale           *string `json:"locale"`
	Revision         int64   `json:"revision"`
}

// Moment is a time as evidence writes it. Zoned is false where it does not say of which zone it is.
type Moment struct {
	time.Time
	Zoned bool
}

// UnmarshalJSON reads RFC 3339, or the same without a zone.
func (m *Moment) UnmarshalJSON(text []byte) error {
	var written string
	if err := json.Unmarshal(text, &written); err != nil {
		return err
	}
	if moment, err := time.Parse(time.RFC3339Nano, written); err == nil {
		*m = Moment{Time: moment, Zoned: true}
		return nil
	}
	moment, err := time.Parse("2006-01-02T15:04:05.999999999", written)
	*m = Moment{Time: moment}
	return err
}

func (t *Trip) check() error {
	switch {
	case t.TripID == "" || t.Pickup == nil || t.StartedAt.IsZero() || t.EndedAt.IsZero():
		return unreadable("trip")
	case !slices.Contains([]string{Rides, Delivery}, t.LineOfBusiness):
		return unreadable("trip.line_of_business")
	case !slices.Contains([]string{Taxi, HireCar, "moto", "courier"}, t.Product):
		return unreadable("trip.product")
	case !slices.Contains([]string{"completed", CancelledWithFee}, t.Completion):
		return unreadable("trip.completion")
	}
	return nil
}

func unreadable(field string) error {
	return fault.New(fault.Conflict, field,
		"%s: does not fit the shape of %s; was it written by a newer version?", field, SourcesSchema)
}
