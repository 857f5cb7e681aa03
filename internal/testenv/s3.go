package testenv

import (
	"cmp"
	"crypto/tls"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
)

// S3Server is an S3 server (versitygw) with one bucket, whose objects are the files below DataDir/Bucket: a test may
// look at them, and flip, cut or remove them behind the server's back.
type S3Server struct {
	Endpoint             string // "http://127.0.0.1:PORT"
	AccessKey, SecretKey string
	Region               string
	DataDir              string
	Bucket               string

	t       testing.TB
	address string
	options S3Options
	process *Process
}

// S3Options are what a test wants of an S3 server besides; the zero value is an ordinary one.
type S3Options struct {
	Region         string   // empty: us-east-1
	CertFile, Key  string   // PEM files: then it speaks TLS, as the host "localhost"
	Gateway, Posix []string // more options of versitygw, and of its storage
	Temporary      []TemporaryKey
}

// S3 starts an S3 server for the length of the test, on a port of its own.
func S3(t testing.TB) *S3Server {
	t.Helper()
	return S3With(t, S3Options{})
}

// S3With starts an S3 server that is set up in some other way.
func S3With(t testing.TB, o S3Options) *S3Server {
	t.Helper()
	s := &S3Server{
		AccessKey: "test", SecretKey: "testsecret123", Region: cmp.Or(o.Region, "us-east-1"),
		DataDir: t.TempDir(), Bucket: "bucket",
		t: t, address: freeAddress(t), options: o,
	}
	s.Endpoint = "http://" + s.address
	if o.CertFile != "" {
		_, port, _ := net.SplitHostPort(s.address)
		s.Endpoint = "https://localhost:" + port
	}
	if len(o.Temporary) > 0 {
		s.options.Gateway = append(slices.Clone(o.Gateway), keyService(t, s, o.Temporary)...)
	}
	if err := os.Mkdir(filepath.Join(s.DataDir, s.Bucket), 0o700); err != nil {
		t.Fatal(err)
	}
	s.Start()
	return s
}

// freeAddress is a port of 127.0.0.1 that nothing listens on.
func freeAddress(t testing.TB) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}

// Start starts the server again after Stop, at the same address and with the same objects.
func (s *S3Server) Start() {
	s.t.Helper()
	// --keep-alive: without it the server closes each connection, which leaves thousands of ports waiting.
	args := []string{"--quiet", "--keep-alive", "--port", s.address, "--region", s.Region, "--health", "/health"}
	if s.options.CertFile != "" {
		args = append(args, "--cert", s.options.CertFile, "--key", s.options.Key)
	}
	args = slices.Concat(args, s.options.Gateway, []string{"posix"}, s.options.Posix, []string{s.DataDir})
	cmd := exec.Command(Need(s.t, "versitygw", ""), args...)
	cmd.Env = append(os.Environ(), "ROOT_ACCESS_KEY="+s.AccessKey, "ROOT_SECRET_KEY="+s.SecretKey)
	s.process = Start(s.t, cmd)
	// What it answers is read by those who know its certificate.
	client := http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, DisableKeepAlives: true}}
	Until(s.t, "the S3 server to answer", func() bool {
		response, err := client.Get(s.Endpoint + "/health")
		if err == nil {
			response.Body.Close()
		}
		return err == nil
	})
}

// Stop ends the server: from now on nothing answers at its address.
func (s *S3Server) Stop() { s.process.Stop() }

// Env has what the AWS tools call the server's credentials, for a program that is to use it.
func (s *S3Server) Env() []string {
	return []string{
		"AWS_ACCESS_KEY_ID=" + s.AccessKey,
		"AWS_SECRET_ACCESS_KEY=" + s.SecretKey,
		"AWS_REGION=" + s.Region,
	}
}
