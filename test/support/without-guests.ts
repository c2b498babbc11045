/** `config/dev.yaml` for those who must show a token, and an ID token at that. */
export function withoutGuests(yaml: string): string {
  return yaml
    .replace("guests: allow", "guests: deny")
    .replace(/ {4}- name: guests read what is public\n(?: {6}.*\n)+/, "")
    .replace(
      "tokenUse: [id, access]\n      requiredScopes: [] # an access token of any scope will do here\n",
      "tokenUse: [id]\n",
    )
    .replace("    auth: token\n", "");
}
