-- One statement a paragraph. French stems without accents; what one may have meant is sought among
-- all stems by trigrams.
CREATE EXTENSION IF NOT EXISTS unaccent

CREATE EXTENSION IF NOT EXISTS pg_trgm

CREATE TEXT SEARCH CONFIGURATION vigie_french (COPY = french)

ALTER TEXT SEARCH CONFIGURATION vigie_french
ALTER MAPPING FOR hword, hword_part, word WITH unaccent, french_stem

CREATE TABLE text_search (document_id text COLLATE "C" PRIMARY KEY, words tsvector NOT NULL)

CREATE TABLE text_words (word text COLLATE "C" PRIMARY KEY)

-- A vector may not be larger than a megabyte: of a longer text the beginning is found.
CREATE FUNCTION vigie_words(title text, body text) RETURNS tsvector
LANGUAGE sql STABLE AS $$
    SELECT setweight(to_tsvector('vigie_french', title), 'A')
        || to_tsvector('vigie_french', left(body, 200000))
$$

CREATE FUNCTION vigie_find(document text, found tsvector) RETURNS void
LANGUAGE sql AS $$
    INSERT INTO text_search (document_id, words) VALUES (document, found)
    ON CONFLICT (document_id) DO UPDATE SET words = excluded.words;
    INSERT INTO text_words (word) SELECT unnest(tsvector_to_array(found))
    ON CONFLICT DO NOTHING;
$$

SELECT vigie_find(d.id, vigie_words(d.title, t.text))
FROM documents d JOIN texts t ON t.document_id = d.id

CREATE INDEX ix_text_search_words ON text_search USING gin (words)

CREATE INDEX ix_text_words_near ON text_words USING gin (word gin_trgm_ops)

CREATE FUNCTION vigie_text_found() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    PERFORM vigie_find(d.id, vigie_words(d.title, new.text))
    FROM documents d WHERE d.id = new.document_id;
    RETURN NULL;
END $$

CREATE FUNCTION vigie_text_gone() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    DELETE FROM text_search WHERE document_id = old.document_id;
    RETURN NULL;
END $$

CREATE FUNCTION vigie_title_changed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    PERFORM vigie_find(new.id, vigie_words(new.title, t.text))
    FROM texts t WHERE t.document_id = new.id;
    RETURN NULL;
END $$

CREATE TRIGGER texts_found AFTER INSERT OR UPDATE OF text ON texts
FOR EACH ROW EXECUTE FUNCTION vigie_text_found()

CREATE TRIGGER texts_gone AFTER DELETE ON texts
FOR EACH ROW EXECUTE FUNCTION vigie_text_gone()

CREATE TRIGGER titles_changed AFTER UPDATE OF title ON documents
FOR EACH ROW WHEN (old.title IS DISTINCT FROM new.title) EXECUTE FUNCTION vigie_title_changed()
