/** The message signature of Alipay+: RSA with SHA-256 over the bytes on the wire. */
import { createPrivateKey, createPublicKey, type KeyObject, sign as rsaSign, verify as rsaVerify } from 'node:crypto';

/** What is signed of a request or of its answer; `path` is the request's, with its query, in both. */
export interface Signed {
  readonly path: string;
  readonly clientId: string;
  readonly time: string;
  readonly body: Uint8Array;
}

export type Sign = (message: Signed) => string;
export type Verify = (header: string, message: Signed) => boolean;

const BASE64 = /^[A-Za-z0-9+/_-]+={0,2}$/;

/** Makes the value of the Signature header. */
export function signer(key: KeyObject, keyVersion: number): Sign {
  return (message) => {
    const text = rsaSign('sha256', contentToSign(message), key).toString('base64');
    return `algorithm=RSA256,keyVersion=${keyVersion},signature=${encodeURIComponent(text)}`;
  };
}

/** Says whether a Signature header belongs to a message. Anything that cannot be read does not. */
export function verifier(key: KeyObject): Verify {
  return (header, message) => {
    const signature = signatureIn(header);
    return signature !== undefined && rsaVerify('sha256', contentToSign(message), key, signature);
  };
}

/** A private key from PEM, or from Base64 of PKCS #8 DER. */
export function privateKeyFrom(text: string): KeyObject {
  return text.includes('-----BEGIN')
    ? createPrivateKey(text)
    : createPrivateKey({ key: Buffer.from(text, 'base64'), format: 'der', type: 'pkcs8' });
}

/** A public key from PEM, or from Base64 of X.509 SPKI DER. */
export function publicKeyFrom(text: string): KeyObject {
  return text.includes('-----BEGIN')
    ? createPublicKey(text)
    : createPublicKey({ key: Buffer.from(text, 'base64'), format: 'der', type: 'spki' });
}

function contentToSign({ path, clientId, time, body }: Signed): Buffer {
  return Buffer.concat([Buffer.from(`POST ${path}\n${clientId}.${time}.`), body]);
}

function signatureIn(header: string): Buffer | undefined {
  const parts = new Map<string, string>();
  for (const part of header.split(',')) {
    // Only the first "=" divides: Base64 may end with two more.
    const divider = part.indexOf('=');
    parts.set(part.slice(0, divider).trim(), part.slice(divider + 1).trim());
  }
  if (parts.get('algorithm') !== 'RSA256') {
    return undefined;
  }
  const text = withoutEscapes(parts.get('signature') ?? '');
  return BASE64.test(text) ? Buffer.from(text, 'base64') : undefined;
}

function withoutEscapes(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}
