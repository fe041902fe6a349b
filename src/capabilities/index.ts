// What `untilgreen/capabilities` offers.
export { openCapabilities } from './engine.ts';
export { askEvents } from './ask/events.ts';
export { openLibrary } from './library/open.ts';
export type { AskOptions, CallOptions, Capabilities, CapabilitiesOptions, Entry, GateReport, Library, LibraryStats, MakeRequest, MakeResult, Suggestion, ToolStats, Version } from './interfaces.ts';
export type { AskResult, Capability, Contract, Evidence, Found, GateName, GateResult, Impossible, Json, JsonObject, JsonSchema, Match, Query, StepResult, ToolCase, ToolProperty, UseRecord, UseResult } from './types.ts';
export { loadConfig } from '../config/load.ts';
