package preprocess

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"tripinvoice/examples/candidate-go/internal/canonical"
	"tripinvoice/examples/candidate-go/internal/fault"
)

const maxLine = 64 << 20

// Once answers the one request that it reads.
func (s *Step) Once(ctx context.Context, in io.Reader, out io.Writer) error {
	request, err := io.ReadAll(io.LimitReader(in, maxLine))
	if err != nil {
		return err
	}
	answer, err := s.Answer(ctx, request)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "%s\n", answer)
	return err
}

// Lines answers a request a line: with the response, or with {"error": {"type", "message", "field"}}.
func (s *Step) Lines(ctx context.Context, in io.Reader, out io.Writer) error {
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, maxLine)
	buffered := bufio.NewWriter(out)
	for lines.Scan() && ctx.Err() == nil {
		if len(bytes.TrimSpace(lines.Bytes())) == 0 {
			continue
		}
		answer, err := s.Answer(ctx, lines.Bytes())
		if err != nil {
			answer = refusal(err)
		}
		if _, err := fmt.Fprintf(buffered, "%s\n", answer); err != nil {
			return err
		}
		if err := buffered.Flush(); err != nil {
			return err
		}
	}
	return lines.Err()
}

func refusal(err error) []byte {
	said := map[string]any{"type": "UnexpectedError", "message": err.Error(), "field": nil}
	var known *fault.Error
	if errors.As(err, &known) {
		said["type"] = known.Type
		if known.Field != "" {
			said["field"] = known.Field
		}
	}
	written, _ := canonical.Marshal(map[string]any{"error": said}) // texts only
	return written
}
