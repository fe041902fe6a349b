/** Where the built-in text of the planner's prompt lies; the engine lays the user's override over it. */
export const PLANNER_PROMPT = new URL('./prompts/planner.md', import.meta.url);
