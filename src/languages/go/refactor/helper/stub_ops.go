package main

type nothing struct{}

func extractFunction(p *program, q nothing) any { return nil }
func inlineFunction(p *program, q nothing) any  { return nil }
func changeSignature(p *program, q nothing) any { return nil }
func removeUnused(p *program, q nothing) any    { return nil }
func updateImports(p *program, q nothing) any   { return nil }
