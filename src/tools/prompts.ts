/** Where the built-in texts of the tools' prompts lie; the engine lays the user's overrides over them. */
export const TOOL_PROMPTS = {
  coder: new URL('./prompts/coder.md', import.meta.url),
  tester: new URL('./prompts/tester.md', import.meta.url),
};
