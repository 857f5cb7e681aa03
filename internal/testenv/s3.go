package testenv

import (
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
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
	process *Process
}

// S3 starts an S3 server for the length of the test, on a port of its own.
func S3(t testing.TB) *S3Server {
	t.Helper()
	s := &S3Server{
		AccessKey: "test", SecretKey: "testsecret123", Region: "us-east-1",
		DataDir: t.TempDir(), Bucket: "bucket",
		t: t, address: freeAddress(t),
	}
	s.Endpoint = "http://" + s.address
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
	cmd := exec.Command(Need(s.t, "versitygw", ""), "--quiet", "--keep-alive", "--port", s.address, "--region", s.Region,
		"--health", "/health", "posix", s.DataDir)
	cmd.Env = append(os.Environ(), "ROOT_ACCESS_KEY="+s.AccessKey, "ROOT_SECRET_KEY="+s.SecretKey)
	s.process = Start(s.t, cmd)
	Until(s.t, "the S3 server to answer", func() bool {
		response, err := http.Get(s.Endpoint + "/health")
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
