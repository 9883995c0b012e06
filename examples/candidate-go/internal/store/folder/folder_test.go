package folder_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"tripinvoice/examples/candidate-go/internal/contract"
	"tripinvoice/examples/candidate-go/internal/fault"
	"tripinvoice/examples/candidate-go/internal/store"
	"tripinvoice/examples/candidate-go/internal/store/folder"
)

var beside = contract.ObjectRef{Key: "DE/rides/2026/03/29/ab/" + strings.Repeat("ab", 32) + ".zst"}

func open(t *testing.T, root string) *store.Archive {
	t.Helper()
	place, err := folder.Open(root)
	if err != nil {
		t.Fatal(err)
	}
	archive, err := store.NewArchive(place)
	if err != nil {
		t.Fatal(err)
	}
	return archive
}

func kindOf(err error) string {
	var known *fault.Error
	if errors.As(err, &known) {
		return known.Type
	}
	return ""
}

func TestKeepAndRecall(t *testing.T) {
	archive := open(t, t.TempDir())
	content := []byte(strings.Repeat(`{"drafts":[]}`, 1000))
	ref, err := archive.Keep(context.Background(), content, beside)
	if err != nil {
		t.Fatal(err)
	}
	if wanted := "DE/rides/2026/03/29/" + ref.SHA256[:2] + "/" + ref.SHA256 + ".zst"; ref.Key != wanted {
		t.Errorf("key %s, wanted %s", ref.Key, wanted)
	}
	got, err := archive.Recall(context.Background(), ref)
	if err != nil || string(got) != string(content) {
		t.Errorf("recalled %d bytes, %v", len(got), err)
	}
}

func TestWritersOfTheSameDoNotDisturbEachOther(t *testing.T) {
	root := t.TempDir()
	var writers sync.WaitGroup
	for range 8 {
		archive := open(t, root)
		writers.Go(func() {
			if _, err := archive.Keep(context.Background(), []byte("same"), beside); err != nil {
				t.Error(err)
			}
		})
	}
	writers.Wait()
	left, err := os.ReadDir(filepath.Join(root, ".incoming"))
	if err != nil || len(left) != 0 {
		t.Errorf("%d files are left, %v", len(left), err)
	}
}

func TestOtherBytesAreAConflict(t *testing.T) {
	root := t.TempDir()
	archive := open(t, root)
	ref, err := archive.Keep(context.Background(), []byte("good"), beside)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(root, ref.Key)
	if err := errors.Join(os.Chmod(path, 0o644), os.WriteFile(path, []byte("bad"), 0o644)); err != nil {
		t.Fatal(err)
	}
	if _, err := archive.Keep(context.Background(), []byte("good"), beside); kindOf(err) != fault.Conflict {
		t.Errorf("kept: %v", err)
	}
	if _, err := archive.Recall(context.Background(), ref); kindOf(err) != fault.Conflict {
		t.Errorf("recalled: %v", err)
	}
}

func TestReferencesThatCannotBe(t *testing.T) {
	archive := open(t, t.TempDir())
	good, err := archive.Keep(context.Background(), []byte("x"), beside)
	if err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*contract.ObjectRef){
		"outside":    func(ref *contract.ObjectRef) { ref.Key = "../" + ref.Key },
		"no key":     func(ref *contract.ObjectRef) { ref.Key = "" },
		"other hash": func(ref *contract.ObjectRef) { ref.SHA256 = strings.Repeat("0", 64) },
		"no hash":    func(ref *contract.ObjectRef) { ref.SHA256 = "" },
		"other type": func(ref *contract.ObjectRef) { ref.MediaType = "application/pdf" },
		"too large":  func(ref *contract.ObjectRef) { ref.Size = 1 << 40 },
		"other size": func(ref *contract.ObjectRef) { ref.Size-- },
	} {
		t.Run(name, func(t *testing.T) {
			ref := good
			change(&ref)
			if _, err := archive.Recall(context.Background(), ref); kindOf(err) != fault.Conflict {
				t.Errorf("recalled: %v", err)
			}
		})
	}
}

func TestWhatIsMissing(t *testing.T) {
	ref, err := open(t, t.TempDir()).Keep(context.Background(), []byte("x"), beside)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := open(t, t.TempDir()).Recall(context.Background(), ref); kindOf(err) != fault.NotFound {
		t.Errorf("recalled: %v", err)
	}
}

func TestOpenRemovesOldLeftovers(t *testing.T) {
	root := t.TempDir()
	open(t, root)
	old, fresh := filepath.Join(root, ".incoming", "old.tmp"), filepath.Join(root, ".incoming", "new.tmp")
	yesterday := time.Now().Add(-25 * time.Hour)
	err := errors.Join(os.WriteFile(old, nil, 0o644), os.WriteFile(fresh, nil, 0o644), os.Chtimes(old, yesterday, yesterday))
	if err != nil {
		t.Fatal(err)
	}
	open(t, root)
	if _, err := os.Stat(old); err == nil {
		t.Error("what a killed writer left a day ago is still there")
	}
	if _, err := os.Stat(fresh); err != nil {
		t.Error("what somebody is writing was removed")
	}
}

func TestAFileInThePlaceOfTheFolder(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := folder.Open(file); kindOf(err) != fault.StoreUnavailable {
		t.Errorf("opened: %v", err)
	}
}
