// Package fault has the errors of a trip that cannot be invoiced, under the names that tripinvoice gives them.
//
// A message names the field and what to do, never the value: it may be personal, and it ends up in histories and logs.
package fault

import "fmt"

// The names of the errors: the classes of tripinvoice/errors.py, and Unsupported, which only a candidate has.
const (
	InvalidTrip      = "InvalidTripError"
	UnsupportedTrip  = "UnsupportedTripError"
	MissingAnswer    = "MissingAnswerError"
	InvalidAnswer    = "InvalidAnswerError"
	Totals           = "TotalsError"
	RuleViolation    = "RuleViolationError"
	Conflict         = "ConflictError"
	NotFound         = "NotFoundError"
	Configuration    = "ConfigurationError"
	StoreUnavailable = "StoreUnavailableError"
	// Unsupported is a trip that tripinvoice may well know how to invoice, and this candidate does not.
	Unsupported = "UnsupportedError"
)

// Error is one that a caller can act upon. Field is the dotted path of what is wrong, empty where there is none.
type Error struct {
	Type    string
	Field   string
	Message string
}

// New makes one; the message is formatted as by fmt.Sprintf.
func New(kind, field, format string, args ...any) *Error {
	return &Error{Type: kind, Field: field, Message: fmt.Sprintf(format, args...)}
}

// Error is the message.
func (e *Error) Error() string { return e.Message }

// Retryable tells whether trying again can help: what the evidence decides stays as it is, a store comes back.
func (e *Error) Retryable() bool {
	return e.Type == StoreUnavailable || e.Type == Configuration
}
