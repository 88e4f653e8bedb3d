{ a }: { result = a + 1; }
