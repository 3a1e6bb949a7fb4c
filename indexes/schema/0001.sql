-- The library as of its first version. Texts are UTF-8, dates ISO 8601, lists compact JSON, vectors raw
-- little-endian floats. Rows of page revisions and chunks are written once and only ever ended or purged.

-- One row for each committed change; the greatest number is the library's generation.
CREATE TABLE generations (
    number      INTEGER PRIMARY KEY,
    action      TEXT NOT NULL,
    document_id TEXT,
    reindex     INTEGER NOT NULL, -- 0: the derived indexes of the generation before still hold
    at          TEXT NOT NULL     -- UTC
) STRICT;

CREATE TABLE documents (
    id                   TEXT PRIMARY KEY, -- the first 16 digits of content_hash
    content_hash         TEXT NOT NULL UNIQUE,
    text_hash            TEXT NOT NULL,    -- empty: the document has no text
    file_name            TEXT NOT NULL,
    media_type           TEXT NOT NULL,
    byte_count           INTEGER NOT NULL,
    revision             INTEGER NOT NULL, -- of the pages in use
    extractor            TEXT NOT NULL,    -- of that revision
    page_count           INTEGER NOT NULL,
    languages            TEXT NOT NULL,    -- comma-separated, the prevailing one first
    title                TEXT,             -- from here to collection: as given, NULL when not known
    publisher            TEXT,
    edition              TEXT,
    effective            TEXT,
    expires              TEXT,
    supersedes           TEXT,             -- a document id; outlives the purge of that document
    collection           TEXT,
    language             TEXT,
    added_generation     INTEGER NOT NULL,
    withdrawn_generation INTEGER           -- NULL: not withdrawn
) STRICT;
CREATE INDEX documents_text_hash ON documents (text_hash);

-- What is left of a purged document: past answers that used it can say so, and chains of editions hold.
CREATE TABLE purged (
    id         TEXT PRIMARY KEY,
    title      TEXT NOT NULL,
    supersedes TEXT,
    generation INTEGER NOT NULL,
    at         TEXT NOT NULL
) STRICT;

CREATE TABLE pages (
    document_id TEXT NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
    revision    INTEGER NOT NULL,
    number      INTEGER NOT NULL,
    label       TEXT,
    text        TEXT NOT NULL,
    hidden_text TEXT NOT NULL,
    blocks      TEXT NOT NULL,
    width       REAL NOT NULL,
    height      REAL NOT NULL,
    rotation    INTEGER NOT NULL,
    boxes       BLOB, -- last: rows are read without it
    UNIQUE (document_id, revision, number)
) STRICT;

CREATE TABLE page_warnings (
    document_id TEXT NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
    revision    INTEGER NOT NULL,
    page        INTEGER NOT NULL,
    kind        TEXT NOT NULL,
    detail      TEXT NOT NULL,
    "start"     INTEGER,
    "end"       INTEGER
) STRICT;
CREATE INDEX page_warnings_page ON page_warnings (document_id, revision, page);

CREATE TABLE chunks (
    id          INTEGER PRIMARY KEY AUTOINCREMENT, -- never used again
    document_id TEXT NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
    revision    INTEGER NOT NULL,
    ordinal     INTEGER NOT NULL,
    language    TEXT NOT NULL,
    text        TEXT NOT NULL,
    section     TEXT NOT NULL,
    spans       TEXT NOT NULL,
    sentences   TEXT NOT NULL,
    vector_key  TEXT NOT NULL,
    valid_from  INTEGER NOT NULL, -- the first generation that has it
    valid_to    INTEGER,          -- the first that no longer has it
    UNIQUE (document_id, revision, ordinal)
) STRICT;
CREATE INDEX chunks_vector_key ON chunks (vector_key);

-- Once for each model and text, however many chunks share it.
CREATE TABLE vectors (
    id        INTEGER PRIMARY KEY,
    model_id  TEXT NOT NULL,
    key       TEXT NOT NULL,
    vector    BLOB NOT NULL, -- float32
    sentences BLOB NOT NULL, -- float16, one row of the vector's width for each sentence
    UNIQUE (model_id, key)
) STRICT;

-- Mean vectors of a language, each in force from its generation on.
CREATE TABLE means (
    generation INTEGER NOT NULL,
    model_id   TEXT NOT NULL,
    language   TEXT NOT NULL,
    kind       TEXT NOT NULL,
    count      INTEGER NOT NULL, -- of the vectors it was taken from
    vector     BLOB NOT NULL,    -- float32
    PRIMARY KEY (model_id, language, kind, generation)
) STRICT, WITHOUT ROWID;

CREATE TABLE meta (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
