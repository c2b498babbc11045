import { afterEach, describe, expect, it, vi } from "vitest";
import { createAmbient } from "../../src/credentials/ambient.ts";
import { endOf } from "./scripted-aws.ts";

const OWN = { accessKeyId: "AKIAOWN", secretAccessKey: "own/secret+" };

afterEach(() => vi.unstubAllEnvs());

describe("createAmbient", () => {
  it("finds what the environment has, by the chain of the AWS SDK", async () => {
    vi.stubEnv("AWS_PROFILE", undefined);
    vi.stubEnv("AWS_ACCESS_KEY_ID", OWN.accessKeyId);
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", OWN.secretAccessKey);
    vi.stubEnv("AWS_SESSION_TOKEN", "own/token==");
    const ambient = createAmbient({ region: "us-east-1" });
    const first = await ambient();
    expect(first).toMatchObject({ ...OWN, sessionToken: "own/token==" });
    expect(await ambient()).toBe(first);
  });

  it("loads the chain when it is first asked, and once", async () => {
    const loaded: string[] = [];
    const ambient = createAmbient({
      region: "eu-west-1",
      load: async (region) => {
        loaded.push(region);
        return async () => OWN;
      },
    });
    expect(loaded).toEqual([]);
    await Promise.all([ambient(), ambient()]);
    await ambient();
    expect(loaded).toEqual(["eu-west-1"]);
  });

  it("leaves it to the chain to keep and to renew", async () => {
    const found = [OWN, { ...OWN, accessKeyId: "AKIANEXT" }];
    const ambient = createAmbient({ region: "r", load: async () => async () => found.shift() ?? OWN });
    expect([(await ambient()).accessKeyId, (await ambient()).accessKeyId]).toEqual(["AKIAOWN", "AKIANEXT"]);
  });

  it("says that the package is missing, and looks again when asked again", async () => {
    let isInstalled = false;
    const ambient = createAmbient({
      region: "r",
      load: async () => {
        if (isInstalled) return async () => OWN;
        throw Object.assign(new Error("Cannot find package"), { code: "ERR_MODULE_NOT_FOUND" });
      },
    });
    expect(await endOf(ambient())).toMatchObject({
      code: "credentials-unavailable",
      detail: expect.stringContaining("@aws-sdk/credential-provider-node cannot be loaded"),
    });
    isInstalled = true;
    await expect(ambient()).resolves.toBe(OWN);
  });

  it("tells a failure by its name, never by what it says", async () => {
    const failure = Object.assign(new Error("Command failed: vault --token hunter2"), {
      name: "CredentialsProviderError",
    });
    const ambient = createAmbient({ region: "r", load: async () => () => Promise.reject(failure) });
    const refusal = (await endOf(ambient())) as Error;
    expect(refusal).toMatchObject({
      code: "credentials-unavailable",
      detail: "Postern's own credentials: the provider chain found none: CredentialsProviderError",
    });
    expect(refusal.cause).toBeUndefined();
    expect(`${JSON.stringify(refusal)} ${refusal.stack}`).not.toContain("hunter2");
  });

  it.each([
    ["nothing", undefined],
    ["an empty key", { ...OWN, accessKeyId: "" }],
    ["a secret with a line break", { ...OWN, secretAccessKey: "a\nb" }],
    ["a token that would break a header", { ...OWN, sessionToken: "a\r\nx: y" }],
  ])("does not use %s", async (_what, found) => {
    const ambient = createAmbient({ region: "r", load: async () => async () => found as typeof OWN });
    expect(await endOf(ambient())).toMatchObject({ code: "credentials-unavailable" });
  });

  it("does not wait for ever", async () => {
    const ambient = createAmbient({
      region: "r",
      load: async () => () => new Promise(() => {}),
      timeoutMs: 1,
    });
    expect(await endOf(ambient())).toMatchObject({
      code: "credentials-unavailable",
      detail: "Postern's own credentials: the provider chain takes too long",
    });
  });
});
