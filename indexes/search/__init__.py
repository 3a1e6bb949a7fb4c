"""Search: dense and lexical evidence, and how both languages meet in one ranking.

means     what is common to all texts of a language, and is taken away from vectors
dense     flat FAISS index of one language's debiased vectors
lexical   BM25 of one language's terms
terms     what a question asks for: its terms, their forms in the other language
fusion    both signals as one log-odds that a passage answers
derived   the index files of a generation
searcher  the entry point
"""
