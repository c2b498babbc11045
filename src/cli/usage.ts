/** What `postern --help` prints. */
export const HELP = `postern: verifies Cognito tokens, decides by policy, signs with the caller's own AWS credentials.

Usage: postern COMMAND [options]

  serve         run the sidecar by a configuration
  dev           run it with a stand-in AWS: no account, no network
  check         read a configuration and say all that is wrong with it, or what differs from another
  test          hold a configuration to cases: who may do what
  explain       say what would become of a request, and why
  suggest       print rules for what was seen in record mode
  token         print a token of a user of the stand-in AWS
  whoami        ask a running Postern who a token is
  presign       ask it for a URL by which anybody may do one thing at S3 for a while
  credentials   print credentials for SDKs to sign with, as a credential_process
  exec          run a command whose AWS calls go through a running Postern
  health        ask a running Postern whether it is ready

  --help, -h       this text; after a command, that command's
  --version, -V    the version

Exit codes: 0 done, 1 failed or denied, 64 wrong usage, 78 wrong configuration.
POSTERN_DEBUG=1 tells where an error came from that nobody foresaw.`;
