package vault

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/xml"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/minio/minio-go/v7"
)

// problem says what an error of a call under ctx means to a person. The codes are those of
// https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html, and what other servers send in their stead.
func (s *S3) problem(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		if cause := context.Cause(ctx); errors.Is(cause, errSilence) {
			return ErrUnreachable.Because(cause)
		}
		return ctx.Err()
	}
	var answer minio.ErrorResponse
	if !errors.As(err, &answer) {
		return transportProblem(err)
	}
	cause := fmt.Errorf("%s (%s)", strings.TrimSpace(answer.Message), s)
	switch answer.Code {
	case "NoSuchKey", "NotFound", "NoSuchVersion":
		return ErrNotFound.Because(cause)
	case "NoSuchBucket":
		return ErrNoBucket.Because(errors.New(s.String()))
	case "PreconditionFailed", "ObjectAlreadyExists", "FileAlreadyExists":
		return ErrExists.Because(cause)
	case "ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired":
		return ErrExpired.Because(cause)
	case "InvalidAccessKeyId", "SignatureDoesNotMatch", "InvalidToken", "InvalidClientTokenId", "InvalidSecurity", "NotSignedUp",
		"XAdminUserNotFound": // versitygw's word for an unknown access key, with 404
		return ErrWrongSecret.Because(cause)
	case "RequestTimeTooSkewed", "RequestExpired", "RequestNotYetValid":
		return s.clockProblem()
	case "EntityTooLarge":
		return ErrTooLarge.Because(cause)
	case "QuotaExceeded", "InsufficientCapacity", "InsufficientStorage", "XMinioStorageFull", "NoSpaceLeft":
		return ErrDiskFull.Because(cause)
	case "SecondLevelDomainForbidden", "VirtualHostDomainRequired": // Alibaba's and Huawei's words
		return ErrWrongEndpoint.Because(fmt.Errorf("%w: it wants the bucket in its host name (--style virtual)", cause))
	case "AuthorizationHeaderMalformed", "InvalidRegion", "PermanentRedirect", "TemporaryRedirect", "IllegalLocationConstraintException":
		if answer.Region != "" {
			cause = fmt.Errorf("%w: the bucket's region is %s", cause, answer.Region)
		}
		return ErrWrongEndpoint.Because(cause)
	}
	switch status := answer.StatusCode; {
	case status == http.StatusForbidden || status == http.StatusUnauthorized:
		if ahead := s.ahead(); ahead.Abs() > maxAhead { // an answer to HEAD has no code
			return s.clockProblem()
		}
		return ErrForbidden.Because(cause)
	case status == http.StatusNotFound:
		return ErrNotFound.Because(cause)
	case status == http.StatusInsufficientStorage:
		return ErrDiskFull.Because(cause)
	case status == http.StatusRequestEntityTooLarge:
		return ErrTooLarge.Because(cause)
	case status == http.StatusTooManyRequests || status >= 500:
		return ErrUnreachable.Because(cause)
	case strings.Contains(answer.Message, "HTTP request") && strings.Contains(answer.Message, "HTTPS"):
		// What Go's server and nginx say to plain HTTP on a TLS port.
		return ErrWrongEndpoint.Because(errors.New("it speaks https, not http"))
	}
	return fmt.Errorf("S3: %s: %w", answer.Code, cause)
}

// transportProblem is about an error without an answer.
func transportProblem(err error) error {
	var inner *url.Error
	if errors.As(err, &inner) {
		err = inner.Err // without the request's URL, which says nothing to a person
	}
	var (
		untrusted *tls.CertificateVerificationError
		noTLS     tls.RecordHeaderError
		badXML    *xml.SyntaxError
		otherXML  xml.UnmarshalError
		badCert   x509.HostnameError
	)
	text := err.Error()
	switch {
	case errors.As(err, &untrusted), errors.As(err, &badCert):
		return ErrUntrusted.Because(err)
	case errors.As(err, &noTLS), strings.Contains(text, "server gave HTTP response to HTTPS client"):
		return ErrWrongEndpoint.Because(errors.New("it speaks http, not https"))
	case strings.Contains(text, `malformed HTTP response "\x15\x03`): // the record of a TLS alert
		return ErrWrongEndpoint.Because(errors.New("it speaks https, not http"))
	case errors.Is(err, errWebPage), errors.As(err, &badXML), errors.As(err, &otherXML), strings.Contains(text, "malformed HTTP"):
		return ErrWrongEndpoint.Because(err)
	}
	return ErrUnreachable.Because(err)
}

// conditionRefused says whether the server knows no condition on PUT and says so, rather than ignore it: 501 is what
// Amazon gave before it knew them, other servers give 400 and name the header.
func conditionRefused(answer minio.ErrorResponse) bool {
	says := strings.ToLower(answer.Message)
	return answer.Code == "NotImplemented" || answer.StatusCode == http.StatusNotImplemented ||
		answer.StatusCode == http.StatusBadRequest && (strings.Contains(says, "if-none-match") || strings.Contains(says, "if-match"))
}

// maxAhead is how far the clocks may be apart before Amazon refuses requests.
const maxAhead = 15 * time.Minute

func (s *S3) ahead() time.Duration { return time.Duration(s.wire.ahead.Load()) }

func (s *S3) clockProblem() error {
	const form = "15:04:05 on 2 January 2006"
	now := time.Now()
	return ErrClock.Because(fmt.Errorf("it says %s, the server says %s", now.Format(form), now.Add(s.ahead()).Format(form)))
}
