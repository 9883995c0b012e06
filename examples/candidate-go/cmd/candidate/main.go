// Command candidate is an implementation of tripinvoice's preprocess step in Go: a Temporal activity worker.
//
// Without flags it works for Temporal until SIGTERM or SIGINT. With --once it answers one request of standard input,
// with --lines one a line.
package main

import (
	"context"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"time"
	_ "time/tzdata" // slim containers have no zone files, and days depend on them

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/contrib/envconfig"
	sdklog "go.temporal.io/sdk/log"
	"go.temporal.io/sdk/worker"

	"tripinvoice/examples/candidate-go/internal/preprocess"
	"tripinvoice/examples/candidate-go/internal/settings"
)

const grace = 10 * time.Second // for what is being done when the worker is stopped

func main() {
	once := flag.Bool("once", false, "answer one request by value: JSON on standard input, JSON on standard output")
	lines := flag.Bool("lines", false, "the same, one request and one answer a line")
	taskQueue := flag.String("task-queue", "tripinvoice-candidate-go", "where the worker takes its tasks from")
	concurrency := flag.Int("concurrency", 16, "how many trips at the same time")
	flag.Parse()
	logger := slog.New(slog.NewJSONHandler(os.Stderr, nil))
	slog.SetDefault(logger)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	step := &preprocess.Step{}
	var err error
	switch {
	case *once:
		err = step.Once(ctx, os.Stdin, os.Stdout)
	case *lines:
		err = step.Lines(ctx, os.Stdin, os.Stdout)
	default:
		err = work(ctx, *taskQueue, *concurrency, logger)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "candidate:", err)
		stop()
		os.Exit(1)
	}
}

// work runs the activity worker until the context ends.
func work(ctx context.Context, taskQueue string, concurrency int, logger *slog.Logger) error {
	archive, err := settings.Archive()
	if err != nil {
		return err
	}
	// TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TEMPORAL_PROFILE and the rest, as the temporal CLI reads them.
	options, err := envconfig.LoadDefaultClientOptions()
	if err != nil {
		return err
	}
	options.Logger = sdklog.NewStructuredLogger(logger)
	connection, err := client.DialContext(ctx, options)
	if err != nil {
		return fmt.Errorf("no Temporal server answers: start one with `temporal server start-dev` or set TEMPORAL_ADDRESS: %w", err)
	}
	defer connection.Close()
	w := worker.New(connection, taskQueue, worker.Options{
		DisableWorkflowWorker:              true,
		MaxConcurrentActivityExecutionSize: concurrency,
		WorkerStopTimeout:                  grace,
	})
	step := &preprocess.Step{Archive: archive}
	w.RegisterActivityWithOptions(step.Activity, activity.RegisterOptions{Name: preprocess.ActivityName})
	logger.Info("working", "task_queue", taskQueue)
	err = w.Run(interrupted(ctx))
	logger.Info("stopped")
	return err
}

// interrupted is the context's end as the worker wants to be told it.
func interrupted(ctx context.Context) <-chan any {
	told := make(chan any)
	go func() {
		<-ctx.Done()
		close(told)
	}()
	return told
}
