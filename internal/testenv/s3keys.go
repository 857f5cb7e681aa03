package testenv

import (
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// TemporaryKey is an access key as a token service hands it out: it counts with its token only, and for a while.
type TemporaryKey struct {
	AccessKey, SecretKey, Token string // the first begins with ASIA and has 20 characters
	Expires                     time.Time
}

// keyService starts versitygw's service of users and keys, which holds the keys, and returns the options by which a server
// asks it. The keys are those of a role that may do all. They are written where the service keeps them: it makes such keys
// for those only who come from a provider of identities on the Internet.
func keyService(t testing.TB, s *S3Server, keys []TemporaryKey) []string {
	t.Helper()
	type object = map[string]any
	const role = "arn:aws:iam::000000000000:role/valise"
	policy := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}`
	sessions := object{}
	for _, k := range keys {
		sessions[k.AccessKey] = object{
			"accessKeyId": k.AccessKey, "secretAccessKey": k.SecretKey, "sessionToken": k.Token,
			"roleArn": role, "roleName": "valise", "roleId": "AROAVALISEVALISEVALI", "roleSessionName": "test",
			"createDate": time.Now().Add(-time.Hour), "expiration": k.Expires,
		}
	}
	content, err := json.Marshal(object{
		"sessions": sessions,
		"roles": object{"valise": object{
			"Path": "/", "RoleName": "valise", "RoleID": "AROAVALISEVALISEVALI", "Arn": role, "CreateDate": time.Now(),
			"Policies": object{"inline": []object{{"PolicyName": "all", "PolicyDocument": policy, "CreateDate": time.Now()}}},
		}},
	})
	if err != nil {
		t.Fatal(err)
	}
	dir, err := os.MkdirTemp("", "keys") // short, or it could not be a socket's
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.WriteFile(filepath.Join(dir, "iam.json"), content, 0o600); err != nil {
		t.Fatal(err)
	}
	address, socket := freeAddress(t), filepath.Join(dir, "socket")
	cmd := exec.Command(Need(t, "versitygw", ""), "--quiet", "--port", address, "--health", "/health",
		"iam", "--dir", dir, "--private-ports", socket)
	cmd.Env = append(os.Environ(), "ROOT_ACCESS_KEY="+s.AccessKey, "ROOT_SECRET_KEY="+s.SecretKey)
	Start(t, cmd)
	Until(t, "the service of keys to answer", func() bool {
		response, err := http.Get("http://" + address + "/health")
		if err == nil {
			response.Body.Close()
		}
		return err == nil
	})
	return []string{"--iam-standalone-endpoint", socket}
}
