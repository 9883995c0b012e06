package s3

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
	"github.com/minio/minio-go/v7/pkg/encrypt"

	"tripinvoice/examples/candidate-go/internal/contract"
	"tripinvoice/examples/candidate-go/internal/fault"
	"tripinvoice/examples/candidate-go/internal/store"
)

const (
	smallestPart = 5 << 20 // the client cuts what is larger than a part, and parts cannot be created only
	tries        = 3       // quick ones: Temporal has the patience
	patience     = 20 * time.Second
)

// Store is a place in S3.
type Store struct {
	place      *Place
	client     *minio.Client
	encryption encrypt.ServerSide
}

// Open makes a client; nothing is asked yet.
func Open(place *Place) (*Store, error) {
	transport, err := transportOf(place)
	if err != nil {
		return nil, err
	}
	client, err := minio.New(place.Endpoint, &minio.Options{
		Creds: keysOf(place), Secure: place.Secure, Region: place.Region, Transport: transport, MaxRetries: tries,
		TrailingHeaders: true, // none are sent; without it the client takes no checksum from us
	})
	if err != nil {
		return nil, wrong("TRIPINVOICE_DOCUMENTS", "the host is no S3 endpoint; on AWS it is s3.REGION.amazonaws.com")
	}
	encryption, err := encryptionOf(place)
	return &Store{place: place, client: client, encryption: encryption}, err
}

// keysOf are the settings' keys, or else those of the AWS environment, profile or instance role.
func keysOf(place *Place) *credentials.Credentials {
	if place.AccessKey != "" {
		return credentials.NewStaticV4(place.AccessKey, place.SecretKey, "")
	}
	return credentials.NewChainCredentials([]credentials.Provider{
		&credentials.EnvAWS{}, &credentials.FileAWSCredentials{}, &credentials.IAM{},
	})
}

func transportOf(place *Place) (http.RoundTripper, error) {
	transport, err := minio.DefaultTransport(place.Secure)
	if err != nil {
		return nil, err
	}
	if place.Secure && place.CA != "" {
		authorities, err := os.ReadFile(place.CA)
		trusted := x509.NewCertPool()
		if err != nil || !trusted.AppendCertsFromPEM(authorities) {
			return nil, wrong("TRIPINVOICE_S3_CA", "there is no such file of certificates; name a PEM file, or leave it empty")
		}
		transport.TLSClientConfig = &tls.Config{RootCAs: trusted, MinVersion: tls.VersionTLS12}
	}
	return transport, nil
}

func encryptionOf(place *Place) (encrypt.ServerSide, error) {
	switch {
	case place.Encryption == "":
		return nil, nil
	case place.Encryption == "AES256":
		return encrypt.NewSSE(), nil
	}
	return encrypt.NewSSEKMS(strings.TrimPrefix(place.Encryption, "aws:kms:"), nil)
}

// Put stores what is not there yet: one request that says that nothing may be there. A store that knows no such
// request is asked first; then two writers at the same moment may both write, and they write the same bytes.
func (s *Store) Put(ctx context.Context, ref contract.ObjectRef, content []byte) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	bucket := s.place.bucketOf(ref)
	err := s.send(ctx, bucket, ref, content, true)
	refused := minio.ToErrorResponse(err)
	if refused.StatusCode == http.StatusNotImplemented {
		return s.putUnlessFound(ctx, bucket, ref, content)
	}
	if refused.Code == minio.PreconditionFailed {
		return s.checkExisting(ctx, ref)
	}
	return s.explained(err, ref)
}

func (s *Store) putUnlessFound(ctx context.Context, bucket string, ref contract.ObjectRef, content []byte) error {
	_, err := s.client.StatObject(ctx, bucket, ref.Key, minio.StatObjectOptions{})
	if err == nil {
		return s.checkExisting(ctx, ref)
	}
	if minio.ToErrorResponse(err).Code == minio.NoSuchKey {
		err = s.send(ctx, bucket, ref, content, false)
	}
	return s.explained(err, ref)
}

func (s *Store) send(ctx context.Context, bucket string, ref contract.ObjectRef, content []byte, create bool) error {
	options := minio.PutObjectOptions{
		ContentType:          ref.MediaType,
		UserMetadata:         map[string]string{"sha256": ref.SHA256},
		ServerSideEncryption: s.encryption,
		PartSize:             max(uint64(len(content)), smallestPart),
		SendContentMd5:       true, // object lock demands it
		AutoChecksum:         minio.ChecksumSHA256,
		DisableContentSha256: true, // no signature of each piece: the checksum beside is signed, and of all of it
	}
	if create {
		options.SetMatchETagExcept("*")
		options.UserMetadata["x-amz-checksum-sha256"] = base64Of(ref.SHA256)
	}
	if s.place.RetentionYears > 0 {
		options.Mode, options.RetainUntilDate = minio.RetentionMode(s.place.RetentionMode), s.retainUntil(ref)
	}
	_, err := s.client.PutObject(ctx, bucket, ref.Key, bytes.NewReader(content), int64(len(content)), options)
	return err
}

// retainUntil: the legal period begins when the year of the document ends, which may be made a year after its trip.
func (s *Store) retainUntil(ref contract.ObjectRef) time.Time {
	year, _ := strconv.Atoi(strings.SplitN(ref.Key, "/", 4)[2])
	year = max(year, time.Now().UTC().AddDate(0, 0, 1).Year()) + s.place.RetentionYears
	return time.Date(year+1, 1, 2, 0, 0, 0, 0, time.UTC)
}

// checkExisting fails unless what is there has the very bytes of its name: by the checksum that the store itself
// computed, or by reading them.
func (s *Store) checkExisting(ctx context.Context, ref contract.ObjectRef) error {
	found, err := s.client.StatObject(ctx, s.place.bucketOf(ref), ref.Key, minio.StatObjectOptions{Checksum: true})
	if err == nil && found.ChecksumSHA256 == base64Of(ref.SHA256) && found.Size == ref.Size {
		return nil
	}
	content, err := s.Get(ctx, ref)
	if err != nil {
		return err
	}
	return store.CheckContent(ref, content)
}

// Get reads back.
func (s *Store) Get(ctx context.Context, ref contract.ObjectRef) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	object, err := s.client.GetObject(ctx, s.place.bucketOf(ref), ref.Key, minio.GetObjectOptions{})
	if err != nil {
		return nil, s.explained(err, ref)
	}
	defer func() { _ = object.Close() }() // it was read only
	content, err := io.ReadAll(io.LimitReader(object, ref.Size+1))
	return content, s.explained(err, ref)
}

// Code → the setting that helps where a store refuses. Its own texts are never repeated.
var settings = map[string]string{
	minio.NoSuchBucket:             "TRIPINVOICE_DOCUMENTS",
	"InvalidAccessKeyId":           "TRIPINVOICE_S3_ACCESS_KEY",
	minio.AccessDenied:             "TRIPINVOICE_S3_ACCESS_KEY",
	"SignatureDoesNotMatch":        "TRIPINVOICE_S3_SECRET_KEY",
	"ExpiredToken":                 "AWS_SESSION_TOKEN",
	"InvalidToken":                 "AWS_SESSION_TOKEN",
	"PermanentRedirect":            "TRIPINVOICE_S3_REGION",
	"AuthorizationHeaderMalformed": "TRIPINVOICE_S3_REGION",
	"RequestTimeTooSkewed":         "clock",
}

var code = regexp.MustCompile(`^[A-Za-z0-9.:_-]{1,60}$`)

// explained are the client's errors in our words: who can mend it decides.
func (s *Store) explained(err error, ref contract.ObjectRef) error {
	if err == nil {
		return nil
	}
	var refused minio.ErrorResponse
	if !errors.As(err, &refused) {
		return fault.New(fault.StoreUnavailable, "", "document store: no answer; check that it is up")
	}
	bucket := s.place.bucketOf(ref)
	if refused.Code == minio.NoSuchKey || refused.Code == "InvalidObjectState" {
		return fault.New(fault.NotFound, "key", "%s: is not in bucket %s, or in cold storage; check that "+
			"TRIPINVOICE_DOCUMENTS names the store that it was put into", ref.Key, bucket)
	}
	if setting, known := settings[refused.Code]; known {
		return wrong(setting, "the store refuses with "+codeOf(refused)+", bucket "+bucket)
	}
	if refused.StatusCode == http.StatusTooManyRequests || refused.StatusCode >= http.StatusInternalServerError ||
		refused.Code == "ConditionalRequestConflict" || refused.Code == "OperationAborted" || refused.Code == "RequestTimeout" {
		return fault.New(fault.StoreUnavailable, "", "document store: it cannot do that now (%s); try later",
			codeOf(refused))
	}
	return wrong("TRIPINVOICE_DOCUMENTS", "the store refuses with "+codeOf(refused)+", bucket "+bucket)
}

// codeOf is the code of a refusal; servers and proxies write what they want.
func codeOf(refused minio.ErrorResponse) string {
	if code.MatchString(refused.Code) {
		return refused.Code
	}
	return "HTTP " + strconv.Itoa(refused.StatusCode)
}

func base64Of(digest string) string {
	sum, _ := hex.DecodeString(digest)
	return base64.StdEncoding.EncodeToString(sum)
}
