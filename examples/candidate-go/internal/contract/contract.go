// Package contract is the preprocess contract: what a candidate is asked, and what it answers.
package contract

import (
	"bytes"
	"encoding/json"

	"tripinvoice/examples/candidate-go/internal/fault"
	"tripinvoice/examples/candidate-go/internal/invoice"
)

// The schemas that this candidate speaks.
const (
	RequestSchema = "tripinvoice.preprocess/1"
	SourcesSchema = "tripinvoice.sources/1"
	DraftsSchema  = "tripinvoice.drafts/1"
)

// Request asks for the drafts of a trip: its evidence is in the document store, or in the request itself.
type Request struct {
	Schema   string
	Sources  *ObjectRef
	Evidence json.RawMessage
}

// ObjectRef names an object of the document store.
type ObjectRef struct {
	Key       string `json:"key"`
	SHA256    string `json:"sha256"`
	Size      int64  `json:"size"`
	MediaType string `json:"media_type"`
}

// Response answers in the way of the request: a reference to a reference, drafts to evidence.
type Response struct {
	Schema   string          `json:"schema"`
	Archived *ObjectRef      `json:"archived"`
	Drafts   []invoice.Draft `json:"drafts"`
}

// Archived is what the reference of a response points to.
type Archived struct {
	Schema string          `json:"schema"`
	Drafts []invoice.Draft `json:"drafts"`
}

// Sources is the evidence: the trip, and what every money system said about it.
type Sources struct {
	Trip    Trip     `json:"trip"`
	Answers []Answer `json:"answers"`
	Schema  string   `json:"schema"`
}

// Answer is what one system said; Body is nil where it had nothing to say.
type Answer struct {
	System   string         `json:"system"`
	Provides string         `json:"provides"`
	Body     map[string]any `json:"body"`
}

// ReadRequest reads a request. Fails with a Conflict when it is none of this contract's.
func ReadRequest(content []byte) (Request, error) {
	var read struct {
		Schema   string          `json:"schema"`
		Sources  *ObjectRef      `json:"sources"`
		Evidence json.RawMessage `json:"evidence"`
	}
	if err := json.Unmarshal(content, &read); err != nil || read.Schema != RequestSchema {
		return Request{}, fault.New(fault.Conflict, "schema", "schema: the request is none of %s", RequestSchema)
	}
	if bytes.Equal(read.Evidence, []byte("null")) {
		read.Evidence = nil
	}
	if (read.Sources == nil) == (read.Evidence == nil) {
		return Request{}, fault.New(fault.Conflict, "sources",
			"sources: a request has either sources or evidence, and not both")
	}
	return Request(read), nil
}

// ReadSources reads evidence. Fails with a Conflict when it does not fit the shape.
func ReadSources(content []byte) (Sources, error) {
	sources := Sources{Schema: SourcesSchema, Trip: Trip{Revision: 1, Completion: "completed"}}
	decoder := json.NewDecoder(bytes.NewReader(content))
	decoder.UseNumber() // no amount, and no number of a stock, ever becomes a float
	if err := decoder.Decode(&sources); err != nil || sources.Schema != SourcesSchema {
		return Sources{}, unreadable("sources")
	}
	return sources, sources.Trip.check()
}
