package vault

import (
	"testing"

	"github.com/minio/minio-go/v7"
)

// The codes are documented at https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html; some are those of
// MinIO, Ceph and versitygw.
func TestTheCodesOfServersAreUnderstood(t *testing.T) {
	s := newBucket(t, serverAt("http://127.0.0.1:1"), "http://127.0.0.1:1")
	for _, c := range []struct {
		status int
		code   string
		want   error
	}{
		{404, "NoSuchKey", ErrNotFound},
		{404, "404 Not Found", ErrNotFound},
		{404, "NoSuchBucket", ErrNoBucket},
		{412, "PreconditionFailed", ErrExists},
		{403, "InvalidAccessKeyId", ErrWrongSecret},
		{403, "SignatureDoesNotMatch", ErrWrongSecret},
		{400, "ExpiredToken", ErrExpired},
		{400, "InvalidToken", ErrWrongSecret},
		{404, "XAdminUserNotFound", ErrWrongSecret},
		{403, "RequestTimeTooSkewed", ErrClock},
		{403, "AccessDenied", ErrForbidden},
		{403, "AllAccessDisabled", ErrForbidden},
		{401, "401 Unauthorized", ErrForbidden},
		{400, "EntityTooLarge", ErrTooLarge},
		{413, "413 Request Entity Too Large", ErrTooLarge},
		{403, "QuotaExceeded", ErrDiskFull},
		{507, "XMinioStorageFull", ErrDiskFull},
		{507, "507 Insufficient Storage", ErrDiskFull},
		{400, "AuthorizationHeaderMalformed", ErrWrongEndpoint},
		{301, "PermanentRedirect", ErrWrongEndpoint},
		{403, "SecondLevelDomainForbidden", ErrWrongEndpoint},
		{503, "SlowDown", ErrUnreachable},
		{500, "InternalError", ErrUnreachable},
		{429, "429 Too Many Requests", ErrUnreachable},
	} {
		err := s.problem(t.Context(), minio.ErrorResponse{StatusCode: c.status, Code: c.code, Message: "it says so", Region: "eu-1"})
		wants(t, err, c.want)
	}
	if err := s.problem(t.Context(), nil); err != nil {
		t.Error(err)
	}
}
