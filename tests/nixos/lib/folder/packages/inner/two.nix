{ a }: { result = a + 2; }
