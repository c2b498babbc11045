import type { ApiModel } from "../model.ts";
import { NO_RESOURCE, operations } from "./operations.ts";

/** Amazon Polly (API reference, 2016-06-10; Service Authorization Reference, Amazon Polly). */
export const POLLY: ApiModel = {
  endpointPrefix: "polly",
  actionPrefix: "polly",
  protocols: ["rest-json"],
  operations: operations("polly", [
    [
      ["arn:{partition}:polly:{region}:{account}:lexicon/{LexiconName}"],
      `
        DeleteLexicon DELETE /v1/lexicons/{LexiconName}
        GetLexicon GET /v1/lexicons/{LexiconName}
        PutLexicon PUT /v1/lexicons/{LexiconName}`,
    ],
    // Without a lexicon IAM knows no resource for them, and a rule must be about everything.
    [
      ["arn:{partition}:polly:{region}:{account}:lexicon/{LexiconNames[]}"],
      `
        StartSpeechSynthesisTask POST /v1/synthesisTasks
        SynthesizeSpeech POST /v1/speech`,
    ],
    [
      NO_RESOURCE,
      `
        DescribeVoices GET /v1/voices
        GetSpeechSynthesisTask GET /v1/synthesisTasks/{TaskId}
        ListLexicons GET /v1/lexicons
        ListSpeechSynthesisTasks GET /v1/synthesisTasks`,
    ],
  ]),
};
