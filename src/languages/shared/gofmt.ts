/**
 * Go source in the one form of gofmt, without a Go toolchain. Unchanged where it does not parse.
 *
 * @example await formatGo('package a\nfunc  f( ){}') // 'package a\n\nfunc f() {}\n'
 */
export async function formatGo(source: string): Promise<string> {
  if (source.trim() === '') return source;
  const { format } = await import('@wasm-fmt/gofmt');
  const crlf = source.includes('\r\n');
  try {
    const formatted = format(source);
    return crlf ? formatted.replace(/\r?\n/g, '\r\n') : formatted;
  } catch {
    return source; // the formatter throws its parse error as text; the compiler will say it better
  }
}
