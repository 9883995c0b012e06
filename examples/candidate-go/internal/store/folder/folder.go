// Package folder keeps objects in a folder of a local disk: write-once, read-only files.
//
// An object appears under its name complete and already on the disk, or not at all: it is written beside, synced, then
// linked. Writers of the same bytes do not disturb each other.
package folder

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"tripinvoice/examples/candidate-go/internal/contract"
	"tripinvoice/examples/candidate-go/internal/fault"
	"tripinvoice/examples/candidate-go/internal/store"
)

const (
	incoming    = ".incoming" // files being written; on the same file system, or they could not be linked
	leftoverAge = 24 * time.Hour
)

// Folder is a place below a root, which is made when missing. Needs a file system with hard links.
type Folder struct{ root string }

// Open makes the folder, and removes what writers left there that were killed.
func Open(root string) (*Folder, error) {
	absolute, err := filepath.Abs(root)
	if err != nil {
		return nil, explained(err)
	}
	f := &Folder{absolute}
	if err := os.MkdirAll(filepath.Join(f.root, incoming), 0o777); err != nil {
		return nil, explained(err)
	}
	if err := syncFolder(filepath.Dir(f.root)); err != nil {
		return nil, explained(err)
	}
	return f, explained(f.removeLeftovers())
}

// Put stores durably what is not there yet.
func (f *Folder) Put(_ context.Context, ref contract.ObjectRef, content []byte) error {
	path := f.path(ref)
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		if err := f.write(ref, content); err != nil {
			return explained(err)
		}
	}
	found, err := os.ReadFile(path) // a name promises nothing, bytes do
	if err != nil {
		return explained(err)
	}
	if err := store.CheckContent(ref, found); err != nil {
		return err
	}
	return explained(syncFolder(filepath.Dir(path))) // also for a file of another writer, who may not have come so far
}

// Get reads back.
func (f *Folder) Get(_ context.Context, ref contract.ObjectRef) ([]byte, error) {
	file, err := os.Open(f.path(ref))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fault.New(fault.NotFound, "key",
			"%s: is not in the document store; check that the setting points at the right folder", ref.Key)
	}
	if err != nil {
		return nil, explained(err)
	}
	defer func() { _ = file.Close() }() // it was read only
	content, err := io.ReadAll(io.LimitReader(file, ref.Size+1))
	return content, explained(err)
}

func (f *Folder) path(ref contract.ObjectRef) string {
	return filepath.Join(f.root, filepath.FromSlash(ref.Key))
}

// write beside, sync, link. Another writer of the same bytes may be first; then there is nothing to do.
func (f *Folder) write(ref contract.ObjectRef, content []byte) (err error) {
	if err := f.settle(ref); err != nil {
		return err
	}
	name := make([]byte, 16)
	_, _ = rand.Read(name) // it never fails
	beside := filepath.Join(f.root, incoming, hex.EncodeToString(name)+".tmp")
	defer func() { err = errors.Join(err, ignoring(fs.ErrNotExist, os.Remove(beside))) }()
	if err := writeSynced(beside, content); err != nil {
		return err
	}
	return ignoring(fs.ErrExist, os.Link(beside, f.path(ref)))
}

func writeSynced(path string, content []byte) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return err
	}
	_, err = file.Write(content)
	if err == nil {
		err = file.Chmod(0o444)
	}
	if err == nil {
		err = file.Sync()
	}
	return errors.Join(err, file.Close())
}

// settle makes the folders above an object, and has each on the disk before anything is put into it.
func (f *Folder) settle(ref contract.ObjectRef) error {
	above := f.root
	parts := strings.Split(ref.Key, "/")
	for _, part := range parts[:len(parts)-1] {
		made := filepath.Join(above, part)
		if err := ignoring(fs.ErrExist, os.Mkdir(made, 0o777)); err != nil {
			return err
		}
		if err := syncFolder(above); err != nil {
			return err
		}
		above = made
	}
	return nil
}

func (f *Folder) removeLeftovers() error {
	files, err := os.ReadDir(filepath.Join(f.root, incoming))
	if err != nil {
		return err
	}
	for _, file := range files {
		info, err := file.Info()
		if err != nil || time.Since(info.ModTime()) < leftoverAge {
			continue // gone already: another process removes them too
		}
		path := filepath.Join(f.root, incoming, file.Name())
		if err := ignoring(fs.ErrNotExist, os.Remove(path)); err != nil {
			return err
		}
	}
	return nil
}

// syncFolder has the names in a folder on the disk: syncing a file does not sync its name.
func syncFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

func ignoring(expected, err error) error {
	if errors.Is(err, expected) {
		return nil
	}
	return err
}

// explained are the file system's errors in our words; all may pass when the disk is mended.
func explained(err error) error {
	if err == nil {
		return nil
	}
	var reason syscall.Errno
	if !errors.As(err, &reason) {
		reason = syscall.EIO
	}
	return fault.New(fault.StoreUnavailable, "",
		"document store: the file system refused (%s); check free space, permissions and the disk", reason)
}
