/**
 * The public door: what an embedding program may import. Nothing inside imports it.
 */
export { createLoadBalancer } from './create.ts';
export type { LoadBalancerOptions } from './create.ts';
export { LoadBalancer } from './load-balancer.ts';
export type { CloseOptions, CloseOutcome, LoadBalancerEvents } from './load-balancer.ts';
export type { ListeningAddress } from './traffic.ts';
export { defineConfig } from './config/define.ts';
export type {
  BackendInput,
  BindInput,
  CheckInput,
  ConfigInput,
  DefineOptions,
  FrontendInput,
  GlobalInput,
  ListenInput,
  LogInput,
  Named,
  OptionsInput,
  ServerInput,
  TimeInput,
} from './config/define.ts';
export type {
  AclInput,
  HttpBackendInput,
  HttpFrontendInput,
  HttpInput,
  HttpRuleInput,
  UseBackendInput,
  UseServerInput,
} from './config/define-http.ts';
export { parseConfig } from './config/parse.ts';
export type { ParseOptions, ParseResult } from './config/parse.ts';
export { printConfig } from './config/print.ts';
export { renderDiagnostic, renderDiagnostics } from './config/render.ts';
export type * from './config/config.ts';
export type * from './config/rules.ts';
export type { Diagnostic, Place, Severity } from './config/diagnostic.ts';
export type { Path, Places } from './config/places.ts';
export type { ConfigText } from './config/statements.ts';
export { ConfigError, ERROR_CODES, SluiceError } from './errors.ts';
export type { ErrorCode } from './errors.ts';
export type { BalanceFunction, BalanceFunctionServer, ChoiceContext } from './backend/balance/balancer.ts';
export type { Lookup } from './backend/resolve.ts';
export type { AdminState } from './backend/server.ts';
export type { ServerStateEvent } from './backend/states.ts';
export type { DropCounter } from './account/log/line-writer.ts';
export type { Logger, LogMethod } from './account/log/logger.ts';
export type {
  EndCause,
  EndReason,
  EndStage,
  Ending,
  HttpRecord,
  SessionRecord,
  SessionStart,
} from './account/session.ts';
export type {
  BackendStats,
  FrontendStats,
  ListenerStats,
  ServerStats,
  Stats,
  TargetStats,
  TrafficStats,
} from './account/stats.ts';
export type {
  BackendView,
  FrontendView,
  ListenerView,
  ProcessView,
  ServerCheckView,
  ServerStatus,
  ServerView,
} from './account/views.ts';
export type { Clock, Timer } from './time/clock.ts';
