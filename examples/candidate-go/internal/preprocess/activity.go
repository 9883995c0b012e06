package preprocess

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/temporal"

	"tripinvoice/examples/candidate-go/internal/fault"
)

// ActivityName is the type under which tripinvoice asks for it.
const ActivityName = "preprocess"

// Activity is Answer as Temporal runs it: the failure's type is the error's, its detail the field.
func (s *Step) Activity(ctx context.Context, request json.RawMessage) (response json.RawMessage, err error) {
	defer func() {
		if recover() != nil { // its text and stack must not reach the history: they may hold personal data
			slog.ErrorContext(ctx, "panic", "workflow", workflowOf(ctx))
			err = temporal.NewNonRetryableApplicationError("a bug in the candidate; mend it and deploy", "UnexpectedError", nil)
		}
	}()
	answer, err := s.Answer(ctx, request)
	if err != nil {
		return nil, failure(ctx, err)
	}
	return answer, nil
}

func failure(ctx context.Context, err error) error {
	var known *fault.Error
	if !errors.As(err, &known) {
		known = fault.New("UnexpectedError", "", "a bug in the candidate; mend it and deploy")
	}
	slog.InfoContext(ctx, "refused", "error", known.Type, "field", known.Field, "workflow", workflowOf(ctx))
	options := temporal.ApplicationErrorOptions{NonRetryable: !known.Retryable()}
	if known.Field != "" {
		options.Details = []any{known.Field}
	}
	return temporal.NewApplicationErrorWithOptions(known.Message, known.Type, options)
}

func workflowOf(ctx context.Context) string { return activity.GetInfo(ctx).WorkflowExecution.ID }
