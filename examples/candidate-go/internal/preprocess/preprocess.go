// Package preprocess is the one step of a candidate: evidence in, drafts out, each by value or by reference.
package preprocess

import (
	"context"

	"tripinvoice/examples/candidate-go/internal/assemble"
	"tripinvoice/examples/candidate-go/internal/canonical"
	"tripinvoice/examples/candidate-go/internal/contract"
	"tripinvoice/examples/candidate-go/internal/fault"
	"tripinvoice/examples/candidate-go/internal/invoice"
	"tripinvoice/examples/candidate-go/internal/store"
)

// Step answers requests. Archive may be nil where they come by value only.
type Step struct{ Archive *store.Archive }

// Answer reads a request and writes its response, both as JSON. Fails with a *fault.Error.
func (s *Step) Answer(ctx context.Context, request []byte) ([]byte, error) {
	asked, err := contract.ReadRequest(request)
	if err != nil {
		return nil, err
	}
	response := contract.Response{Schema: contract.DraftsSchema}
	if asked.Sources == nil {
		response.Drafts, err = draftsOf(asked.Evidence)
	} else {
		response.Archived, err = s.archived(ctx, *asked.Sources)
	}
	if err != nil {
		return nil, err
	}
	return canonical.Marshal(response)
}

// archived keeps the drafts beside their evidence: what passes through Temporal holds no personal data.
func (s *Step) archived(ctx context.Context, sources contract.ObjectRef) (*contract.ObjectRef, error) {
	if s.Archive == nil {
		return nil, fault.New(fault.Configuration, "sources", "sources: no document store is open here; send the evidence")
	}
	evidence, err := s.Archive.Recall(ctx, sources)
	if err != nil {
		return nil, err
	}
	drafts, err := draftsOf(evidence)
	if err != nil {
		return nil, err
	}
	content, err := canonical.Marshal(contract.Archived{Schema: contract.DraftsSchema, Drafts: drafts})
	if err != nil {
		return nil, err
	}
	kept, err := s.Archive.Keep(ctx, content, sources)
	return &kept, err
}

func draftsOf(evidence []byte) ([]invoice.Draft, error) {
	sources, err := contract.ReadSources(evidence)
	if err != nil {
		return nil, err
	}
	return assemble.Drafts(sources)
}
