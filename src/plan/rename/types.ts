import type { Language } from '../../languages/types.ts';
import type { TextChange } from '../templates/changes.ts';

export interface SourceFile {
  path: string;
  text: string;
  language: Language;
}

export interface Asked {
  oldName: string;
  newName: string;
  /** The file that declares it. */
  path: string | undefined;
  languages: readonly Language[];
}

/** A rename that was worked out. */
export interface Renamed {
  changes: TextChange[];
  /** How the places were found, for the reader. */
  how: string;
  /** Where the name is declared. */
  places: string[];
}
