-- One statement a paragraph. The index (FTS5) keeps no text of its own: to take a document out of
-- it, it is told what stood there. SQLite numbers rows anew when a base is compacted, unless their
-- number is a column; so the numbers have a table.
CREATE TABLE text_numbers (id INTEGER PRIMARY KEY, document_id TEXT NOT NULL UNIQUE)

CREATE VIRTUAL TABLE text_search USING fts5 (
    title, text, content='', tokenize='unicode61 remove_diacritics 2'
)

CREATE VIRTUAL TABLE text_words USING fts5vocab (text_search, 'row')

INSERT INTO text_numbers (document_id) SELECT document_id FROM texts ORDER BY document_id

INSERT INTO text_search (rowid, title, text)
SELECT n.id, d.title, t.text
FROM text_numbers n
JOIN documents d ON d.id = n.document_id
JOIN texts t ON t.document_id = d.id

CREATE TRIGGER texts_found AFTER INSERT ON texts BEGIN
    INSERT INTO text_numbers (document_id) VALUES (new.document_id);
    INSERT INTO text_search (rowid, title, text)
    SELECT n.id, d.title, new.text
    FROM text_numbers n JOIN documents d ON d.id = n.document_id
    WHERE n.document_id = new.document_id;
END

CREATE TRIGGER texts_changed AFTER UPDATE OF text ON texts WHEN old.text IS NOT new.text BEGIN
    INSERT INTO text_search (text_search, rowid, title, text)
    SELECT 'delete', n.id, d.title, old.text
    FROM text_numbers n JOIN documents d ON d.id = n.document_id
    WHERE n.document_id = old.document_id;
    INSERT INTO text_search (rowid, title, text)
    SELECT n.id, d.title, new.text
    FROM text_numbers n JOIN documents d ON d.id = n.document_id
    WHERE n.document_id = new.document_id;
END

CREATE TRIGGER texts_gone AFTER DELETE ON texts BEGIN
    INSERT INTO text_search (text_search, rowid, title, text)
    SELECT 'delete', n.id, d.title, old.text
    FROM text_numbers n JOIN documents d ON d.id = n.document_id
    WHERE n.document_id = old.document_id;
    DELETE FROM text_numbers WHERE document_id = old.document_id;
END

CREATE TRIGGER titles_changed AFTER UPDATE OF title ON documents
WHEN old.title IS NOT new.title BEGIN
    INSERT INTO text_search (text_search, rowid, title, text)
    SELECT 'delete', n.id, old.title, t.text
    FROM text_numbers n JOIN texts t ON t.document_id = n.document_id
    WHERE n.document_id = old.id;
    INSERT INTO text_search (rowid, title, text)
    SELECT n.id, new.title, t.text
    FROM text_numbers n JOIN texts t ON t.document_id = n.document_id
    WHERE n.document_id = new.id;
END
