// Package store keeps and finds archived objects in tripinvoice's document store: zstd-compressed canonical JSON under
// the hash of its bytes.
package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"

	"github.com/klauspost/compress/zstd"

	"tripinvoice/examples/candidate-go/internal/contract"
	"tripinvoice/examples/candidate-go/internal/fault"
)

const (
	mediaType   = "application/zstd"
	level       = 9
	maxUnpacked = 64 << 20 // bytes; a whole trip's answers are a few hundred kilobytes at most
)

// Place is where objects are: a folder, or S3.
type Place interface {
	// Put stores durably what is not there yet. Fails with a Conflict when other bytes are there already.
	Put(ctx context.Context, ref contract.ObjectRef, content []byte) error
	// Get reads no more than the reference's size and one byte. Fails with a NotFound.
	Get(ctx context.Context, ref contract.ObjectRef) ([]byte, error)
}

var (
	wellFormed = regexp.MustCompile(`^[A-Z]{2}/[a-z][a-z_]{0,30}/[0-9]{4}/[0-9]{2}/[0-9]{2}$`)
	digest     = regexp.MustCompile(`^[0-9a-f]{64}$`)
)

// Archive is a place with the rules of archived objects.
type Archive struct {
	place   Place
	packer  *zstd.Encoder
	opener  *zstd.Decoder
	maximum int64
}

// NewArchive is one in a place.
func NewArchive(place Place) (*Archive, error) {
	packer, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.EncoderLevelFromZstd(level)), zstd.WithEncoderCRC(true))
	if err != nil {
		return nil, err
	}
	opener, err := zstd.NewReader(nil, zstd.WithDecoderMaxMemory(maxUnpacked))
	if err != nil {
		return nil, err
	}
	return &Archive{place: place, packer: packer, opener: opener, maximum: maxUnpacked}, nil
}

// Recall reads an archived object back, verified and unpacked.
func (a *Archive) Recall(ctx context.Context, ref contract.ObjectRef) ([]byte, error) {
	if err := checkReference(ref); err != nil {
		return nil, err
	}
	if ref.Size > a.maximum {
		return nil, fault.New(fault.Conflict, "size", "size: archived objects are not larger than %d bytes", a.maximum)
	}
	content, err := a.place.Get(ctx, ref)
	if err != nil {
		return nil, err
	}
	if err := CheckContent(ref, content); err != nil {
		return nil, err
	}
	unpacked, err := a.opener.DecodeAll(content, nil)
	if err != nil {
		return nil, fault.New(fault.Conflict, "key", "archived object: its compressed frame is damaged, or larger than %d "+
			"bytes when unpacked; restore it from a backup", maxUnpacked)
	}
	return unpacked, nil
}

// Keep archives content on the shelf of another object, so that each is found from the other.
func (a *Archive) Keep(ctx context.Context, content []byte, beside contract.ObjectRef) (contract.ObjectRef, error) {
	packed := a.packer.EncodeAll(content, nil)
	sum := sha256.Sum256(packed)
	ref := contract.ObjectRef{SHA256: hex.EncodeToString(sum[:]), Size: int64(len(packed)), MediaType: mediaType}
	ref.Key = key(shelf(beside.Key), ref.SHA256)
	return ref, a.place.Put(ctx, ref, packed)
}

// CheckContent refuses bytes that are not the referenced ones.
func CheckContent(ref contract.ObjectRef, content []byte) error {
	sum := sha256.Sum256(content)
	if int64(len(content)) != ref.Size || hex.EncodeToString(sum[:]) != ref.SHA256 {
		return fault.New(fault.Conflict, "key",
			"%s: the stored bytes are not those that were put; restore this object from a backup", ref.Key)
	}
	return nil
}

// checkReference refuses a key that is not one of its hash: forged, or damaged on its way. What passes cannot point
// outside the store.
func checkReference(ref contract.ObjectRef) error {
	of := shelf(ref.Key)
	if !wellFormed.MatchString(of) || !digest.MatchString(ref.SHA256) || ref.MediaType != mediaType ||
		ref.Key != key(of, ref.SHA256) {
		return fault.New(fault.Conflict, "key", "key: does not belong to the sha256 and media type beside it; take the "+
			"reference from the invoice's record")
	}
	return nil
}

// shelf is the part of a key that says country, line of business and day.
func shelf(key string) string {
	for range 2 {
		key = key[:max(0, strings.LastIndexByte(key, '/'))]
	}
	return key
}

func key(shelf, sha256 string) string {
	return fmt.Sprintf("%s/%s/%s.zst", shelf, sha256[:2], sha256)
}
