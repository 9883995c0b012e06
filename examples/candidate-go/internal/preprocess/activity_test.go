package preprocess_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"

	"tripinvoice/examples/candidate-go/internal/fault"
	"tripinvoice/examples/candidate-go/internal/preprocess"
)

func execute(t *testing.T, request string) error {
	t.Helper()
	suite := testsuite.WorkflowTestSuite{}
	environment := suite.NewTestActivityEnvironment()
	step := &preprocess.Step{}
	environment.RegisterActivityWithOptions(step.Activity, activity.RegisterOptions{Name: preprocess.ActivityName})
	_, err := environment.ExecuteActivity(preprocess.ActivityName, json.RawMessage(request))
	return err
}

func TestFailuresTellTypeAndField(t *testing.T) {
	for name, test := range map[string]struct {
		request, kind, field string
		retryable            bool
	}{
		"no request": {`{}`, fault.Conflict, "schema", false},
		"no evidence": {
			`{"schema": "tripinvoice.preprocess/1", "evidence": {"trip": {}}}`, fault.Conflict, "trip", false,
		},
		"no store": {
			`{"schema": "tripinvoice.preprocess/1", "sources": {"key": "k"}}`, fault.Configuration, "sources", true,
		},
	} {
		t.Run(name, func(t *testing.T) {
			var failed *temporal.ApplicationError
			if err := execute(t, test.request); !errors.As(err, &failed) {
				t.Fatalf("failed with %v", err)
			}
			var field string
			if err := failed.Details(&field); err != nil {
				t.Fatal(err)
			}
			if failed.Type() != test.kind || field != test.field || failed.NonRetryable() == test.retryable {
				t.Errorf("%s of %s, non-retryable %t", failed.Type(), field, failed.NonRetryable())
			}
		})
	}
}

func TestLinesAnswersEach(t *testing.T) {
	var out bytes.Buffer
	step := &preprocess.Step{}
	if err := step.Lines(context.Background(), strings.NewReader("{}\n\n[]\n"), &out); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 2 || !strings.HasPrefix(lines[0], `{"error":{"field":"schema","message":"schema: `) {
		t.Errorf("answered %q", lines)
	}
}
