// What `untilgreen/tools` offers.
export { defaultRegistry, ToolRegistry } from './tool-registry.ts';
export type { Executed, Joined } from './tool-registry.ts';
export { openToolSession } from './session.ts';
export type { Applied, ToolSession, ToolSessionOptions } from './session.ts';
export type { OwnTool } from './own-tool.ts';
export type { McpServer } from './mcp/connect.ts';
export { libraryTools } from './registry.ts';
export type { ApprovalAnswer, ApprovalRequest, Approve, Effect, Tool, ToolContext, ToolResult } from './types.ts';
