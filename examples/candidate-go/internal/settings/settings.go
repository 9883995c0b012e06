// Package settings opens what the environment names, as tripinvoice/settings.py reads it.
package settings

import (
	"net/url"
	"os"
	"path/filepath"

	"tripinvoice/examples/candidate-go/internal/fault"
	"tripinvoice/examples/candidate-go/internal/store"
	"tripinvoice/examples/candidate-go/internal/store/folder"
	"tripinvoice/examples/candidate-go/internal/store/s3"
)

const documents = "TRIPINVOICE_DOCUMENTS"

// Archive is the document store that TRIPINVOICE_DOCUMENTS names: folder:, folder:///path/to/folder,
// s3://host:port/bucket or s3+http://host:port/bucket.
func Archive() (*store.Archive, error) {
	place, err := place()
	if err != nil {
		return nil, err
	}
	return store.NewArchive(place)
}

func place() (store.Place, error) {
	written := os.Getenv(documents)
	if written == "" {
		written = "folder:"
	}
	address, err := url.Parse(written)
	if err != nil {
		return nil, unknown()
	}
	switch address.Scheme {
	case "folder":
		if address.Path != "" {
			return folder.Open(address.Path)
		}
		return folder.Open(filepath.Join(data(), "documents"))
	case "s3", "s3+http":
		place, err := s3.PlaceOf(address)
		if err != nil {
			return nil, err
		}
		return s3.Open(place)
	}
	return nil, unknown()
}

// data is the folder of the embedded stores: TRIPINVOICE_DATA, or where the XDG specification has it.
func data() string {
	if named := os.Getenv("TRIPINVOICE_DATA"); named != "" {
		return named
	}
	if home := os.Getenv("XDG_DATA_HOME"); home != "" {
		return filepath.Join(home, "tripinvoice")
	}
	home, _ := os.UserHomeDir()
	return filepath.Join(home, ".local", "share", "tripinvoice")
}

func unknown() error {
	return fault.New(fault.Configuration, documents,
		"%s: takes folder:, folder:///path/to/folder or s3://host:port/bucket", documents)
}
