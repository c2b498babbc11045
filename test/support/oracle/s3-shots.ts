import * as fc from "fast-check";

/** What a request asks of S3, in a client's spelling. All texts hold one byte a character. */
export interface Asked {
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string;
}

type Header = readonly [name: string, value: string];

const latin1 = (text: string): string => Buffer.from(text, "utf8").toString("latin1");
const words = (text: string): readonly string[] => text.trim().split(/\s+/);
const oneOf = (text: string): fc.Arbitrary<string> => fc.constantFrom(...words(text));
const join = (parts: fc.Arbitrary<readonly string[]>, by = ""): fc.Arbitrary<string> =>
  parts.map((all) => all.join(by));

/** `GET bucket selector`, as the API reference has them; what follows `?` in a selector is a part of it. */
const OPERATIONS = `
GET service | HEAD bucket | PUT bucket | DELETE bucket | GET bucket | GET bucket list-type=2 | GET bucket versions
GET bucket uploads | GET bucket location | POST bucket delete | GET bucket session | GET bucket policyStatus
GET bucket accelerate | GET bucket acl | GET bucket analytics | GET bucket analytics&id=x | GET bucket cors
GET bucket encryption | GET bucket intelligent-tiering | GET bucket intelligent-tiering&id=x | GET bucket inventory
GET bucket inventory&id=x | GET bucket lifecycle | GET bucket logging | GET bucket metrics | GET bucket metrics&id=x
GET bucket notification | GET bucket object-lock | GET bucket ownershipControls | GET bucket policy
GET bucket publicAccessBlock | GET bucket replication | GET bucket requestPayment | GET bucket tagging
GET bucket versioning | GET bucket website | GET bucket metadataTable | GET bucket metadataConfiguration | GET bucket abac
PUT bucket accelerate | PUT bucket acl | PUT bucket analytics&id=x | PUT bucket cors | PUT bucket encryption
PUT bucket intelligent-tiering&id=x | PUT bucket inventory&id=x | PUT bucket lifecycle | PUT bucket logging
PUT bucket metrics&id=x | PUT bucket notification | PUT bucket object-lock | PUT bucket ownershipControls
PUT bucket policy | PUT bucket publicAccessBlock | PUT bucket replication | PUT bucket requestPayment
PUT bucket tagging | PUT bucket versioning | PUT bucket website | PUT bucket abac | PUT bucket metadataInventoryTable
PUT bucket metadataJournalTable | POST bucket metadataTable | POST bucket metadataConfiguration
DELETE bucket analytics&id=x | DELETE bucket cors | DELETE bucket encryption | DELETE bucket intelligent-tiering&id=x
DELETE bucket inventory&id=x | DELETE bucket lifecycle | DELETE bucket metrics&id=x | DELETE bucket ownershipControls
DELETE bucket policy | DELETE bucket publicAccessBlock | DELETE bucket replication | DELETE bucket tagging
DELETE bucket website | DELETE bucket metadataTable | DELETE bucket metadataConfiguration
HEAD object | GET object | PUT object | DELETE object | GET object acl | GET object attributes | GET object legal-hold
GET object retention | GET object tagging | GET object torrent | GET object uploadId=u | PUT object acl
PUT object legal-hold | PUT object retention | PUT object tagging | PUT object uploadId=u&partNumber=1
PUT object renameObject | PUT object encryption | POST object uploads | POST object uploadId=u | POST object restore
POST object select&select-type=2 | DELETE object tagging | DELETE object uploadId=u | GET object annotation | GET object annotation&annotationName=n
PUT object annotation&annotationName=n | DELETE object annotation&annotationName=n | PUT bucket metadataAnnotationTable
PUT object copy | PUT object copy | PUT object uploadId=u&partNumber=1&copy | PUT object uploadId=u&partNumber=1&copy
`
  .split(/[|\n]/)
  .map((line) => line.trim())
  .filter((line) => line !== "")
  .map((line) => {
    const [method = "", level = "", selector = ""] = line.split(" ");
    return { method, level, selector: selector.replace(/&?copy$/, ""), isCopy: selector.endsWith("copy") };
  });

type Operation = (typeof OPERATIONS)[number];

const SELECTORS = [
  ...new Set(OPERATIONS.map(({ selector }) => selector)),
  "foo",
  "ACL",
  "%61cl",
  "policy%00",
];

/** What is, and what nobody has heard of. */
const operation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...OPERATIONS) },
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      ...OPERATIONS.filter(
        ({ level, selector }) => level === "object" || /^(?:|delete|list.*)$/.test(selector),
      ),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      method: oneOf("GET HEAD PUT POST DELETE PATCH OPTIONS TRACE get COPY"),
      level: oneOf("service bucket object"),
      selector: fc.constantFrom(...SELECTORS),
      isCopy: fc.constant(false),
    }),
  },
);

const bucket = fc.oneof(
  { weight: 30, arbitrary: oneOf("reports home public audit other-bucket") },
  {
    weight: 1,
    arbitrary: oneOf(`Reports re%70orts reports%2F reports%2Faudit %2Freports .. . ... %2e%2e a.b 127.0.0.1
      reports-s3alias reports--x-s3 reports.mrap amzn-s3-demo-x xn--x ab arn:aws:s3:::reports reports%00 reports%20
      arn%3Aaws%3As3%3Aus-east-1%3A123456789012%3Aaccesspoint%2Fap reports; reports: reports@audit reports\\audit`),
  },
);

const clean = oneOf("a b q3.txt notes 2026 log.txt - _ ~ A %20 %2B %C3%BC %E5%80%BC 0");
const hostile = fc.oneof(
  oneOf(`%2F %2f %5C %25 %252F %252e %252e%252e %2525 %00 %0A %0d%0a %7F %C0%AF %C1%81 %FF %ED%A0%80 %F4%90%80%80 %E0%80%AF
    %EF%BB%BF %e2%80%ae %zz % %2 %u002f .. . ... %2e%2e %2E .%2e %2e. // /./ /../ \\ # ; %3B : @ = & + ! ' ( ) * , $ ~
    ;x=1 %23 %3F %26 %3D %c3%bc %41 %61 %7e %7E a%CC%88 %C3%A4 %EF%BC%8F .git ..%2f %2e%2e%2f ..%5c`),
  fc.constantFrom(
    "ü",
    "\u00ff",
    "\u0080",
    '"',
    "<",
    ">",
    "[",
    "]",
    "^",
    "`",
    "{",
    "|",
    "}",
    "?",
    "\t",
    latin1("值"),
  ),
  fc.integer({ min: 0, max: 255 }).map((byte) => `%${byte.toString(16).padStart(2, "0")}`),
);
const keyOf = (piece: fc.Arbitrary<string>, maxLength: number): fc.Arbitrary<string> =>
  join(fc.array(fc.oneof({ weight: 4, arbitrary: piece }, fc.constant("/")), { minLength: 1, maxLength }));
const key = fc.oneof(
  { weight: 12, arbitrary: keyOf(clean, 4) },
  {
    weight: 1,
    arbitrary: fc.constantFrom("00000000-aaaa-4000-8000-000000000004/notes.txt", "q3.txt", "2026/log.txt"),
  },
  { weight: 3, arbitrary: keyOf(fc.oneof(clean, hostile), 5) },
  {
    weight: 1,
    arbitrary: fc.constantFrom("x".repeat(1024), "%C3%BC".repeat(512), "x".repeat(1025), "a/".repeat(512)),
  },
);

const goodQuery =
  oneOf(`prefix=a prefix=home/ delimiter=/ delimiter=%2F max-keys=10 encoding-type=url marker=b
  start-after=c continuation-token=t fetch-owner=true key-marker=k versionId=v1 versionId=null partNumber=2
  max-uploads=3 upload-id-marker=u max-parts=5 part-number-marker=1 prefix=a+b prefix=a%2Bb prefix=%C3%BC
  version-id-marker=v list-type=2 x-id=GetObject x-id=PutObject max-buckets=3 bucket-region=us-east-1
  annotation-prefix=a max-annotation-results=2`);
const hostileQuery = fc.oneof(
  fc.constantFrom(...SELECTORS),
  oneOf(`acl=x acl=% acl& & = =x &&& a ?acl prefix=a&prefix=b prefix=%zz prefix=%FF versionId= versionId=a&versionId=b
    %76ersionId=x versionid=x VersionId=x versionId%00=x uploadId uploadId= uploadid=u partNumber= partNumber=1;acl
    prefix=a;acl acl;x x-amz-acl=public-read X-Amz-Acl=private x-amz-copy-source=/audit/x x-amz-security-token=t
    X-Amz-Signature=00 X-Amz-Credential=x AWSAccessKeyId=x Signature=y response-content-type=text/html
    response-content-disposition=attachment list-type=1 list-type= list-type=2&list-type=2 id=y id select-type=2
    delete delete=x policy# tagging#x a=b%26acl prefix=%26acl prefix=a%3D prefix=..%2f acl+ +acl %20acl acl%20
    append x-id=DeleteObject x-id= session prefix=a&PREFIX=b delimiter=%00 prefix=%0d%0ax:y`),
);

const LISTING =
  "prefix=a prefix=home/ prefix=a+b prefix=%C3%BC delimiter=/ delimiter=%2F max-keys=10 encoding-type=url";

/** Parameters of `METHOD level selector`, of the first that it begins with; with none it has none. */
const FITTING: readonly (readonly [place: string, query: string])[] = [
  ["GET service", "max-buckets=3 prefix=a bucket-region=us-east-1 continuation-token=t"],
  ["GET object uploadId", "max-parts=5 part-number-marker=1"],
  ["PUT object uploadId", "_"],
  ["POST object uploadId", "_"],
  ["DELETE object uploadId", "_"],
  ["GET bucket list-type=2", `${LISTING} start-after=c continuation-token=t fetch-owner=true`],
  ["GET bucket versions", `${LISTING} key-marker=k version-id-marker=v`],
  ["GET bucket uploads", "prefix=a max-uploads=3 key-marker=k upload-id-marker=u"],
  ["GET bucket |", `${LISTING} marker=b`],
  ["PUT object |", "_"],
  ["GET object |", "versionId=v1 versionId=null partNumber=2"],
  ["GET object", "versionId=v1 versionId=null"],
  ["HEAD object", "versionId=v1 partNumber=1"],
  ["PUT object", "versionId=v1 versionId=%20"],
  ["POST object", "versionId=v1 _"],
  ["DELETE object", "versionId=v1 versionId=null"],
];

function fittingQuery({ method, level, selector }: Operation): fc.Arbitrary<string> {
  const place = `${method} ${level} ${selector}|`;
  const found = FITTING.find(([start]) => place.startsWith(start));
  return oneOf(found?.[1] ?? "_").map((text) => text.replace("_", ""));
}

const query = (operation: Operation): fc.Arbitrary<readonly string[]> =>
  fc.oneof(
    { weight: 6, arbitrary: fc.constant<readonly string[]>([]) },
    { weight: 6, arbitrary: fc.array(fittingQuery(operation), { maxLength: 2 }) },
    { weight: 1, arbitrary: fc.array(goodQuery, { minLength: 1, maxLength: 2 }) },
    {
      weight: 2,
      arbitrary: fc.array(fc.oneof(goodQuery, hostileQuery), { minLength: 1, maxLength: 3 }),
    },
  );

const copySource = fc.oneof(
  fc.constantFrom("/audit/2026/log.txt", "reports/q3.txt", "/reports/q%203.txt?versionId=v1", "public/a+b"),
  fc
    .tuple(
      oneOf("/ // a:// http:// %2F arn:aws:s3:::"),
      bucket,
      oneOf("/ %2F // ? #"),
      key,
      oneOf("? ?versionId=v ?versionId= ?versionId=a?versionId=b ?acl &x %3FversionId=v"),
    )
    .map((parts) => parts.join("").replace(/\?$/, "")),
  fc.tuple(bucket, key).map((parts) => parts.join("/")),
  oneOf(`arn:aws:s3:us-east-1:123456789012:accesspoint/ap/object/k arn:aws:s3:::audit/x /audit audit/ / ? /audit/../reports/x
    /audit/%2e%2e/x /reports/a,/audit/b`),
);

const value = fc.oneof(
  oneOf("x private public-read id=1 STANDARD AES256 aws:kms true false GOVERNANCE COMPLIANCE ON OFF"),
  fc.constantFrom(
    "",
    "a b",
    "a  b",
    " a",
    "a ",
    "ü",
    "a,b",
    "\u00ff",
    "a\tb",
    "2030-01-01T00:00:00Z",
    latin1("值"),
  ),
);
const named = (name: string, values: fc.Arbitrary<string> = value): fc.Arbitrary<Header> =>
  values.map((text) => [name, text] as const);

const writeHeaders = fc.oneof(
  fc
    .constantFrom(
      ...words(`x-amz-acl x-amz-grant-read x-amz-grant-write-acp x-amz-grant-full-control x-amz-storage-class
        x-amz-server-side-encryption x-amz-server-side-encryption-aws-kms-key-id x-amz-object-lock-mode
        x-amz-object-lock-retain-until-date x-amz-object-lock-legal-hold x-amz-meta-a x-amz-meta-b
        x-amz-website-redirect-location x-amz-bypass-governance-retention x-amz-object-ownership
        x-amz-bucket-object-lock-enabled x-amz-checksum-crc32 x-amz-sdk-checksum-algorithm x-amz-mfa
        x-amz-server-side-encryption-customer-algorithm x-amz-expected-bucket-owner x-amz-request-payer
        x-amz-metadata-directive x-amz-tagging-directive x-amz-if-match-size x-amz-object-attributes x-amz-object-if-match
        x-amz-copy-source-if-match x-amz-copy-source-range x-amz-write-offset-bytes x-amz-rename-source
        x-amz-confirm-remove-self-bucket-access x-amz-transition-default-minimum-object-size x-amz-te
        x-amz-optional-object-attributes x-amz-source-expected-bucket-owner x-amz-mp-object-size`),
    )
    .chain((name) => named(name)),
  named("x-amz-tagging", oneOf("a=b a=b&c=d a a=%20 a=b&a=c %=x")),
  named("x-amz-bypass-governance-retention", oneOf("true TRUE false x")),
  named("x-amz-copy-source", copySource),
);
const plainHeaders: fc.Arbitrary<Header> = fc.constantFrom<Header[]>(
  ["Range", "bytes=0-9"],
  ["If-Match", '"x"'],
  ["If-None-Match", "*"],
  ["Content-Type", "text/plain"],
  ["Content-Type", "application/xml"],
  ["Cache-Control", "no-cache"],
  ["Content-Disposition", "attachment"],
  ["Accept-Encoding", "gzip"],
  ["x-amz-user-agent", "aws-sdk-js/3"],
  ["amz-sdk-invocation-id", "1"],
);
const hostileHeaders: fc.Arbitrary<Header> = fc.oneof(
  fc.constantFrom<Header[]>(
    ["x_amz_acl", "public-read"],
    ["X-AMZ-ACL", "public-read"],
    ["x-amz-acl ", "public-read"],
    [" x-amz-acl", "public-read"],
    ["x-amz-acl\t", "x"],
    ["x-amz_acl", "x"],
    ["x-amz-foo", "x"],
    ["x-amz-", "x"],
    ["x-amz-security-token", "foreign"],
    ["x-amz-content-sha256", "UNSIGNED-PAYLOAD"],
    ["x-amz-content-sha256", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"],
    ["x-amz-content-sha256", "0".repeat(64)],
    ["x-amz-decoded-content-length", "3"],
    ["x-amz-trailer", "x-amz-checksum-crc32"],
    ["x-amz-date", "19990101T000000Z"],
    ["X-HTTP-Method-Override", "DELETE"],
    ["X-Method-Override", "DELETE"],
    ["X-Original-URL", "/audit/x"],
    ["X-Rewrite-URL", "/audit/x"],
    ["X-Forwarded-Host", "audit.s3.amazonaws.com"],
    ["Forwarded", "host=audit"],
    ["Content-Encoding", "gzip"],
    ["Content-Encoding", "aws-chunked"],
    ["Transfer-Encoding", "chunked"],
    ["Transfer-Encoding", "gzip, chunked"],
    ["Content-Length", "0"],
    ["Connection", "x-amz-acl"],
    ["Connection", "close, user-agent"],
    ["Connection", "keep-alive, upgrade"],
    ["Upgrade", "h2c"],
    ["Upgrade", "websocket"],
    ["TE", "trailers"],
    ["Trailer", "x-amz-acl"],
    ["Expect", "100-continue"],
    ["Expect", "x"],
    ["Content-Range", "bytes 0-1/2"],
    ["Content-MD5", "1B2M2Y8AsgTpgAmY7PhCfg=="],
    ["Cookie", "session=x"],
    ["X-Postern-Role", "arn:aws:iam::123456789012:role/admin"],
    ["X-Postern-Anything", "x"],
    ["X-Amz-Target", "DynamoDB_20120810.GetItem"],
    ["Date", "Mon, 01 Jan 1999 00:00:00 GMT"],
    ["Proxy-Authorization", "Basic eDp4"],
    ["Origin", "https://evil.test"],
    ["Host", "audit.s3.localhost"],
    ["x", "a\r\nx-amz-acl: public-read"],
    ["x", "a\rx-amz-acl: public-read"],
    ["x", "a\nx-amz-acl: public-read"],
    ["x", "a\r\n\tfolded"],
    ["", "x"],
  ),
  named("x-amz-copy-source", copySource),
);

/** Headers that go with a request; the same may come twice. */
const headers = ({ method, level }: Operation): fc.Arbitrary<readonly Header[]> => {
  const fitting =
    method === "GET" || level !== "object" ? plainHeaders : fc.oneof(writeHeaders, plainHeaders);
  return fc.oneof(
    { weight: 6, arbitrary: fc.constant<readonly Header[]>([]) },
    { weight: 3, arbitrary: fc.array(fitting, { maxLength: 2 }) },
    { weight: 1, arbitrary: fc.array(writeHeaders, { maxLength: 3 }) },
    {
      weight: 1,
      arbitrary: fc.array(fc.oneof(writeHeaders, plainHeaders, hostileHeaders), {
        minLength: 1,
        maxLength: 3,
      }),
    },
  );
};

const xmlKey = fc.oneof(
  oneOf("a q3.txt 2026/log.txt a&amp;b &#97; &#x61; &lt; a%20b ../x . a/../b &#0; &#xD; ü %2F //a /a"),
  fc.constantFrom(
    "",
    " a ",
    "a\r\nb",
    "<![CDATA[a]]>",
    "&audit;",
    "a<!-- x -->b",
    "<b/>",
    "x".repeat(1025),
    "a\u0000",
  ),
);
const xmlObject = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .tuple(xmlKey, oneOf("_ v1 null &#118;1"))
      .map(
        ([key, version]) =>
          `<Object><Key>${key}</Key>${version === "_" ? "" : `<VersionId>${version}</VersionId>`}</Object>`,
      ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      "<Object><Key>a</Key><Key>b</Key></Object>",
      "<Object><key>a</key></Object>",
      "<Object><x:Key>b</x:Key><Key>a</Key></Object>",
      '<Object xmlns="urn:x"><Key>a</Key></Object>',
      "<Object><Key>a</Key><VersionId></VersionId></Object>",
      "<Object><VersionId>v</VersionId><Key>a</Key><VersionId>w</VersionId></Object>",
      "<object><Key>b</Key></object>",
      "<Object><Key>a</Key><ETag>x</ETag><Size>1</Size></Object>",
      "<Object><Key>a<Key>b</Key></Key></Object>",
      "<Object/>",
      "<Quiet>true</Quiet>",
      "text",
    ),
  },
);
const deleteBody = fc
  .tuple(
    fc.oneof(
      { weight: 6, arbitrary: fc.constant("") },
      fc.constantFrom(
        '<?xml version="1.0" encoding="UTF-8"?>\n',
        '<?xml version="1.0" encoding="UTF-16"?>',
        '<!DOCTYPE d [<!ENTITY audit "audit">]>',
        "<?pi x?>",
        "<!-- c -->",
        "\u00ef\u00bb\u00bf",
        " ",
      ),
    ),
    fc.oneof(
      { weight: 6, arbitrary: fc.constant('<Delete xmlns="http://s3.amazonaws.com/doc/2006-03-01/">') },
      oneOf("<Delete> <delete> <x:Delete> <DeleteX>"),
      fc.constantFrom('<x:Delete xmlns:x="http://s3.amazonaws.com/doc/2006-03-01/">', '<Delete a="b">'),
    ),
    fc.array(xmlObject, { minLength: 1, maxLength: 4 }),
    fc.oneof(
      { weight: 8, arbitrary: fc.constant("</Delete>") },
      fc.constantFrom("</Delete> ", "</Delete>x", "</Delete><Delete/>", ""),
    ),
  )
  .map(([before, root, objects, after]) => latin1(`${before}${root}${objects.join("")}${after}`));

/** Bodies of settings by their selectors: without, and with what a rule must name, or nobody can read. */
const SETTINGS: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  [
    [
      "encryption",
      "<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>aws:kms</SSEAlgorithm>*</ApplyServerSideEncryptionByDefault></Rule></ServerSideEncryptionConfiguration>",
      "KMSMasterKeyID",
    ],
    [
      "replication",
      "<ReplicationConfiguration><Rule><Destination><EncryptionConfiguration>*</EncryptionConfiguration></Destination></Rule></ReplicationConfiguration>",
      "ReplicaKmsKeyID",
    ],
    [
      "inventory&id=x",
      "<InventoryConfiguration><Destination><S3BucketDestination><Encryption><SSE-KMS>*</SSE-KMS></Encryption></S3BucketDestination></Destination></InventoryConfiguration>",
      "KeyId",
    ],
    [
      "metadataConfiguration",
      "<MetadataConfiguration><JournalTableConfiguration><EncryptionConfiguration>*</EncryptionConfiguration></JournalTableConfiguration></MetadataConfiguration>",
      "KmsKeyArn",
    ],
    [
      "metadataInventoryTable",
      "<InventoryTableConfiguration><EncryptionConfiguration>*</EncryptionConfiguration></InventoryTableConfiguration>",
      "KmsKeyArn",
    ],
    [
      "metadataJournalTable",
      "<JournalTableConfiguration><EncryptionConfiguration>*</EncryptionConfiguration></JournalTableConfiguration>",
      "KmsKeyArn",
    ],
    [
      "metadataAnnotationTable",
      "<AnnotationTableConfiguration><EncryptionConfiguration>*</EncryptionConfiguration></AnnotationTableConfiguration>",
      "KmsKeyArn",
    ],
    [
      "website",
      "<WebsiteConfiguration><RedirectAllRequestsTo>*</RedirectAllRequestsTo></WebsiteConfiguration>",
      "HostName",
    ],
  ].map(([selector = "", body = "", name = ""]) => [
    selector,
    ["", `<${name}>x</${name}>`, `<${name}/>`, `<${name.toLowerCase()}>x</${name.toLowerCase()}>`].map(
      (inside) => body.replace("*", inside),
    ),
  ]),
);

const SETTING = "<TagSet><Tag><Key>a</Key><Value>b</Value></Tag></TagSet>";
const settingOf = ({ method, level, selector }: Operation): readonly string[] => {
  const bodies = level === "bucket" && method.startsWith("P") ? SETTINGS[selector] : undefined;
  return bodies === undefined ? [] : ["", bodies[0] ?? "", ...bodies];
};
const bodyOf = (asked: Operation): fc.Arbitrary<string> => {
  const { method, level, selector, isCopy } = asked;
  const settings = settingOf(asked);
  if (settings.length > 0) return fc.constantFrom(...settings);
  if (isCopy) return fc.constant("");
  if (selector === "delete") return deleteBody;
  if (method === "PUT" && level === "bucket" && selector === "")
    return fc.constantFrom(
      "",
      "",
      ...["eu-west-1", "us-east-1", "EU", ""].map(
        (region) =>
          `<CreateBucketConfiguration><LocationConstraint>${region}</LocationConstraint></CreateBucketConfiguration>`,
      ),
      "<CreateBucketConfiguration><Tags><Tag><Key>a</Key><Value>b</Value></Tag></Tags></CreateBucketConfiguration>",
      "<CreateBucketConfiguration><Bucket><Type>Directory</Type></Bucket></CreateBucketConfiguration>",
    );
  if (selector === "restore")
    return fc.constantFrom(
      "<RestoreRequest><Days>1</Days></RestoreRequest>",
      "<RestoreRequest><Type>SELECT</Type><OutputLocation><S3><BucketName>audit</BucketName><Prefix>x</Prefix></S3></OutputLocation></RestoreRequest>",
      "<RestoreRequest><Days>1</Days><OutputLocation/></RestoreRequest>",
    );
  if (method === "PUT" || method === "POST")
    return fc.constantFrom("", "hello", `<Tagging>${SETTING}</Tagging>`, "<x/>", "{}", "\u0000\u00ff");
  return fc.oneof({ weight: 9, arbitrary: fc.constant("") }, fc.constant("x"));
};

/** A request to S3: what is asked, spelled honestly or not. */
export const s3Asked: fc.Arbitrary<Asked> = operation.chain((found) =>
  fc
    .record({
      bucket,
      key,
      query: query(found),
      headers: headers(found),
      copied: found.isCopy ? fc.tuple(named("x-amz-copy-source", copySource)) : fc.constant([]),
      body: bodyOf(found),
      end: fc.oneof({ weight: 12, arbitrary: fc.constant("") }, oneOf("/ // ? /? /. %2F")),
    })
    .map(({ bucket, key, query, headers, body, end, copied }) => {
      const path =
        { service: "/", bucket: `/${bucket}${end}`, object: `/${bucket}/${key}` }[found.level] ?? "/";
      const whole = [found.selector, ...query].filter((part) => part !== "").join("&");
      const typed = found.selector === "delete" ? ([["Content-Type", "application/xml"]] as const) : [];
      return {
        method: found.method,
        target: `${path}${whole === "" ? "" : `?${whole}`}`,
        headers: [...typed, ...copied, ...headers],
        body,
      };
    }),
);
