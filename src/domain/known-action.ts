/** An IAM action of a service that Postern reads, as far as one upstream is concerned. */
export interface KnownAction {
  /** As AWS writes it, such as `s3:GetObject`. */
  readonly action: string;
  /** Whether a request that Postern reads can need it; IAM knows more actions than Postern reads requests for. */
  readonly asked: boolean;
  /** What it touches on the upstream, as far as requests tell; empty where the action is never asked for. */
  readonly resources: readonly ResourceShape[];
  /**
   * Whether there are requests for it that do not tell what it touches (`Requirement.unknownResource`); where `resources`
   * is empty none does.
   */
  readonly unknownResource?: true;
  /** Actions by which the same can be done, so that a deny of this one alone leaves a way round. */
  readonly siblings: readonly string[];
}

/** ARNs of one kind, as an upstream's requests name them. */
export interface ResourceShape {
  /** What all of them begin with, such as `arn:aws:s3:::`. */
  readonly prefix: string;
  /**
   * What follows:
   *
   * - `name`: something without `/`, as a bucket or a table;
   * - `path`: something with `/` in it, as an object or an index;
   * - `any`: something with or without `/`, as a log group or what is told by its whole ARN;
   * - `nothing`: the prefix is the whole ARN.
   */
  readonly rest: "name" | "path" | "any" | "nothing";
}
