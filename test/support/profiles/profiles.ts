// The known servers the fake directory can be like, by name.
import { awsIamIdentityCenter } from './aws-iam-identity-center.ts';
import { entra } from './entra.ts';
import { githubEmu } from './github-emu.ts';
import { googleCloudIdentity } from './google-cloud-identity.ts';
import { okta } from './okta.ts';
import type { Profile } from './profile.ts';

export type ProfileName =
  | 'honest'
  | 'aws-iam-identity-center'
  | 'google-cloud-identity'
  | 'github-emu'
  | 'entra'
  | 'okta';

export const PROFILES: Readonly<Record<ProfileName, Profile>> = {
  honest: { answer: (question, next) => next(question) },
  'aws-iam-identity-center': awsIamIdentityCenter,
  'google-cloud-identity': googleCloudIdentity,
  'github-emu': githubEmu,
  entra,
  okta,
};
