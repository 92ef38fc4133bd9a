-- A catalogue as photofind made it while its version was 2. Never to be changed.
PRAGMA user_version = 2;
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE folders (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    path BLOB NOT NULL UNIQUE,
    volume TEXT NOT NULL DEFAULT '',
    watched INTEGER NOT NULL DEFAULT 1,          -- 0: no longer; its photos are gone, and back when it is added again
    offline INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE photos (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    folder_id INTEGER NOT NULL REFERENCES folders (id),
    directory BLOB NOT NULL,
    name BLOB NOT NULL,
    size_bytes INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL,
    sidecar_mtime_ns INTEGER NOT NULL DEFAULT 0,
    content_hash BLOB,                           -- of the whole file as it was read last; NULL: never read
    to_read INTEGER NOT NULL DEFAULT 1,          -- new, changed, or its thumbnail is lost
    format TEXT NOT NULL DEFAULT '',
    width INTEGER NOT NULL DEFAULT 0,
    height INTEGER NOT NULL DEFAULT 0,
    average_colour INTEGER NOT NULL DEFAULT 8421504,
    has_thumbnail INTEGER NOT NULL DEFAULT 0,
    sort_s INTEGER NOT NULL,
    user_rating INTEGER,
    problem TEXT,
    gone_s INTEGER                               -- when its file was found missing; the row waits for it to come back
);
CREATE TABLE facts (
    photo_id INTEGER PRIMARY KEY REFERENCES photos (id) ON DELETE CASCADE,
    taken TEXT, taken_offset_min INTEGER,
    camera_make TEXT, camera_model TEXT, lens TEXT,
    exposure_s REAL, aperture REAL, iso INTEGER, focal_mm REAL,
    latitude REAL, longitude REAL, altitude_m REAL,
    rating INTEGER, label TEXT, title TEXT, caption TEXT
);
CREATE TABLE tags (
    photo_id INTEGER NOT NULL REFERENCES photos (id) ON DELETE CASCADE,
    tag TEXT NOT NULL,
    origin TEXT NOT NULL,
    PRIMARY KEY (photo_id, tag, origin)
) WITHOUT ROWID;
CREATE VIRTUAL TABLE words USING fts5 (text, tokenize = 'unicode61', prefix = '2 3');
CREATE TABLE encoded (
    encoder_key TEXT NOT NULL,
    photo_id INTEGER NOT NULL REFERENCES photos (id) ON DELETE CASCADE,
    content_hash BLOB NOT NULL,
    stored INTEGER NOT NULL DEFAULT 0,
    input_hash BLOB,                             -- of the pixels that the encoder was given; NULL: not known
    PRIMARY KEY (encoder_key, photo_id)
) WITHOUT ROWID;
CREATE TABLE other_files (
    directory BLOB NOT NULL,
    name BLOB NOT NULL,
    size_bytes INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL,
    kind TEXT NOT NULL,                          -- 'raw', 'video' or 'other'
    PRIMARY KEY (directory, name)
) WITHOUT ROWID;
CREATE TABLE folder_counts (
    folder_id INTEGER PRIMARY KEY,
    photos INTEGER NOT NULL,                     -- whose file is there
    problems INTEGER NOT NULL,                   -- of these, cannot be read
    unread INTEGER NOT NULL                      -- of these, wait to be read
);
CREATE TABLE encoder_counts (
    encoder_key TEXT NOT NULL,
    folder_id INTEGER NOT NULL,
    done INTEGER NOT NULL,                       -- photos that are read and encoded as they are now
    PRIMARY KEY (encoder_key, folder_id)
) WITHOUT ROWID;
INSERT INTO meta VALUES ('encoder', 'palette');
INSERT INTO folders VALUES (1, X'2F70686F746F73', '', 1, 0);
INSERT INTO photos VALUES (1, 1, X'2F70686F746F732F32303139', X'62656163682E6A7067', 1000, 1560000000000000000, 0, X'00000000000000000000000000000000', 0, 'JPEG', 400, 300, 1056816, 1, 1559995200, 5, NULL, NULL);
INSERT INTO photos VALUES (2, 1, X'2F70686F746F732F32303139', X'636166E92E6A7067', 1001, 1560000000000000001, 0, X'01010101010101010101010101010101', 0, 'JPEG', 400, 300, 1056816, 1, 1559995200, NULL, NULL, NULL);
INSERT INTO photos VALUES (3, 1, X'2F70686F746F732F32303139', X'676F6E652E6A7067', 1002, 1560000000000000002, 0, X'02020202020202020202020202020202', 0, 'JPEG', 400, 300, 1056816, 1, 1559995200, NULL, NULL, 1795735676);
INSERT INTO photos VALUES (4, 1, X'2F70686F746F732F32303139', X'6E65772E6A7067', 1, 1, 0, NULL, 1, '', 0, 0, 8421504, 0, 0, NULL, NULL, NULL);
INSERT INTO facts VALUES (1, '2019-06-08T12:00:00', NULL, NULL, 'X100V', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 3, NULL, NULL, 'at the sea');
INSERT INTO facts VALUES (2, '2019-06-08T12:00:00', NULL, NULL, 'X100V', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 3, NULL, NULL, 'at the sea');
INSERT INTO facts VALUES (3, '2019-06-08T12:00:00', NULL, NULL, 'X100V', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 3, NULL, NULL, 'at the sea');
INSERT INTO tags VALUES (1, 'holiday', 'added');
INSERT INTO tags VALUES (1, 'sea', 'file');
INSERT INTO tags VALUES (1, 'sea', 'removed');
INSERT INTO tags VALUES (2, 'sea', 'file');
INSERT INTO tags VALUES (3, 'sea', 'file');
INSERT INTO words (rowid, text) VALUES (1, 'photos 2019 . beach jpg . x 100 v . 2019 06 08 t 12 00 00 . at the sea . holiday');
INSERT INTO words (rowid, text) VALUES (2, 'photos 2019 . caf jpg . x 100 v . 2019 06 08 t 12 00 00 . at the sea . sea');
INSERT INTO words (rowid, text) VALUES (3, 'photos 2019 . gone jpg . x 100 v . 2019 06 08 t 12 00 00 . at the sea . sea');
INSERT INTO encoded VALUES ('palette-1', 1, X'00000000000000000000000000000000', 1, X'ABABABABABABABABABABABABABABABAB');
INSERT INTO encoded VALUES ('palette-1', 2, X'01010101010101010101010101010101', 0, NULL);
INSERT INTO encoded VALUES ('palette-1', 3, X'02020202020202020202020202020202', 0, NULL);
INSERT INTO other_files VALUES (X'2F70686F746F732F32303139', X'66696C6D2E6D6F76', 5, 5, 'video');
INSERT INTO folder_counts VALUES (1, 3, 0, 1);
INSERT INTO encoder_counts VALUES ('palette-1', 1, 2);
UPDATE sqlite_sequence SET seq = 1 WHERE name = 'folders';
UPDATE sqlite_sequence SET seq = 4 WHERE name = 'photos';
CREATE UNIQUE INDEX photos_by_path ON photos (directory, name) WHERE gone_s IS NULL;
CREATE INDEX photos_gone ON photos (gone_s) WHERE gone_s IS NOT NULL;
CREATE INDEX photos_by_date ON photos (sort_s DESC, id DESC) WHERE gone_s IS NULL AND has_thumbnail = 1;
CREATE INDEX photos_by_content ON photos (content_hash);
CREATE INDEX photos_by_stat ON photos (size_bytes, mtime_ns);
CREATE INDEX photos_by_folder ON photos (folder_id);
CREATE INDEX photos_with_problem ON photos (id) WHERE problem IS NOT NULL;
CREATE INDEX tags_by_tag ON tags (tag);
CREATE INDEX encoded_not_stored ON encoded (encoder_key, photo_id) WHERE stored = 0;
CREATE INDEX encoded_by_photo ON encoded (photo_id);
CREATE INDEX photos_to_read ON photos (id) WHERE to_read = 1 AND gone_s IS NULL AND problem IS NULL;
CREATE TRIGGER photo_comes AFTER INSERT ON photos BEGIN
    
    INSERT INTO folder_counts SELECT NEW.folder_id, 0, 0, 0
    WHERE NOT EXISTS (SELECT 1 FROM folder_counts WHERE folder_id = NEW.folder_id);

    
    UPDATE folder_counts SET
        photos = photos + 1,
        problems = problems + (NEW.problem IS NOT NULL),
        unread = unread + (NEW.problem IS NULL AND NEW.to_read = 1)
    WHERE folder_id = NEW.folder_id AND NEW.gone_s IS NULL;

END;
CREATE TRIGGER photo_goes BEFORE DELETE ON photos BEGIN
    DELETE FROM encoded WHERE photo_id = OLD.id;
    
    UPDATE folder_counts SET
        photos = photos - 1,
        problems = problems - (OLD.problem IS NOT NULL),
        unread = unread - (OLD.problem IS NULL AND OLD.to_read = 1)
    WHERE folder_id = OLD.folder_id AND OLD.gone_s IS NULL;

END;
CREATE TRIGGER photo_leaves_a_state AFTER UPDATE OF folder_id, content_hash, to_read, problem, gone_s ON photos WHEN OLD.gone_s IS NULL AND 
    (OLD.folder_id, OLD.content_hash, OLD.to_read, OLD.problem IS NULL, OLD.gone_s IS NULL)
    IS NOT (NEW.folder_id, NEW.content_hash, NEW.to_read, NEW.problem IS NULL, NEW.gone_s IS NULL)
 BEGIN
    
    UPDATE folder_counts SET
        photos = photos - 1,
        problems = problems - (OLD.problem IS NOT NULL),
        unread = unread - (OLD.problem IS NULL AND OLD.to_read = 1)
    WHERE folder_id = OLD.folder_id AND OLD.gone_s IS NULL;

    
    UPDATE encoder_counts SET done = done - 1
    WHERE folder_id = OLD.folder_id AND OLD.gone_s IS NULL AND OLD.problem IS NULL AND OLD.to_read = 0
    AND encoder_key IN (SELECT encoder_key FROM encoded WHERE photo_id = OLD.id AND content_hash = OLD.content_hash);

END;
CREATE TRIGGER photo_comes_to_a_state AFTER UPDATE OF folder_id, content_hash, to_read, problem, gone_s ON photos WHEN NEW.gone_s IS NULL AND 
    (OLD.folder_id, OLD.content_hash, OLD.to_read, OLD.problem IS NULL, OLD.gone_s IS NULL)
    IS NOT (NEW.folder_id, NEW.content_hash, NEW.to_read, NEW.problem IS NULL, NEW.gone_s IS NULL)
 BEGIN
    
    INSERT INTO folder_counts SELECT NEW.folder_id, 0, 0, 0
    WHERE NOT EXISTS (SELECT 1 FROM folder_counts WHERE folder_id = NEW.folder_id);

    
    UPDATE folder_counts SET
        photos = photos + 1,
        problems = problems + (NEW.problem IS NOT NULL),
        unread = unread + (NEW.problem IS NULL AND NEW.to_read = 1)
    WHERE folder_id = NEW.folder_id AND NEW.gone_s IS NULL;

    INSERT INTO encoder_counts SELECT e.encoder_key, NEW.folder_id, 0 FROM encoded e
        WHERE e.photo_id = NEW.id AND NOT EXISTS
        (SELECT 1 FROM encoder_counts WHERE encoder_key = e.encoder_key AND folder_id = NEW.folder_id);
    
    UPDATE encoder_counts SET done = done + 1
    WHERE folder_id = NEW.folder_id AND NEW.gone_s IS NULL AND NEW.problem IS NULL AND NEW.to_read = 0
    AND encoder_key IN (SELECT encoder_key FROM encoded WHERE photo_id = NEW.id AND content_hash = NEW.content_hash);

END;
CREATE TRIGGER vector_is_replaced BEFORE INSERT ON encoded BEGIN
    DELETE FROM encoded WHERE encoder_key = NEW.encoder_key AND photo_id = NEW.photo_id;
END;
CREATE TRIGGER vector_comes AFTER INSERT ON encoded BEGIN
    
    INSERT INTO encoder_counts SELECT NEW.encoder_key, p.folder_id, 0 FROM photos p
    WHERE p.id = NEW.photo_id AND NOT EXISTS
    (SELECT 1 FROM encoder_counts WHERE encoder_key = NEW.encoder_key AND folder_id = p.folder_id);

    
    UPDATE encoder_counts SET done = done + 1
    WHERE encoder_key = NEW.encoder_key AND folder_id = (
        SELECT folder_id FROM photos WHERE id = NEW.photo_id AND content_hash = NEW.content_hash
        AND gone_s IS NULL AND problem IS NULL AND to_read = 0
    );

END;
CREATE TRIGGER vector_goes AFTER DELETE ON encoded BEGIN
    
    UPDATE encoder_counts SET done = done - 1
    WHERE encoder_key = OLD.encoder_key AND folder_id = (
        SELECT folder_id FROM photos WHERE id = OLD.photo_id AND content_hash = OLD.content_hash
        AND gone_s IS NULL AND problem IS NULL AND to_read = 0
    );

END;
CREATE TRIGGER vector_changes AFTER UPDATE OF encoder_key, photo_id, content_hash ON encoded BEGIN
    
    UPDATE encoder_counts SET done = done - 1
    WHERE encoder_key = OLD.encoder_key AND folder_id = (
        SELECT folder_id FROM photos WHERE id = OLD.photo_id AND content_hash = OLD.content_hash
        AND gone_s IS NULL AND problem IS NULL AND to_read = 0
    );

    
    INSERT INTO encoder_counts SELECT NEW.encoder_key, p.folder_id, 0 FROM photos p
    WHERE p.id = NEW.photo_id AND NOT EXISTS
    (SELECT 1 FROM encoder_counts WHERE encoder_key = NEW.encoder_key AND folder_id = p.folder_id);

    
    UPDATE encoder_counts SET done = done + 1
    WHERE encoder_key = NEW.encoder_key AND folder_id = (
        SELECT folder_id FROM photos WHERE id = NEW.photo_id AND content_hash = NEW.content_hash
        AND gone_s IS NULL AND problem IS NULL AND to_read = 0
    );

END;
