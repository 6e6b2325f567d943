export { Adaptor, NotCarriedOut, type Phone, type TestBuild } from './adaptor.js';
export { byHand, type ScanByHand } from './byHand.js';
export { FRAME, type Webview } from './frame.js';
export { type Pulling, startPulling } from './pull.js';
export { type ReportName, Reports, type Timing } from './reports.js';
export {
  type ActionParams,
  AlipayPlusClientMPM,
  type Callback,
  type DecodeServiceParams,
  type DecodeServiceResult,
  type LaunchParams,
  type MPMService,
  Screens,
} from './sdk.js';
