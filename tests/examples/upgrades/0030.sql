BEGIN TRANSACTION;
CREATE TABLE accounts (
	name TEXT NOT NULL, 
	shown TEXT NOT NULL, 
	role TEXT NOT NULL, 
	password TEXT NOT NULL, 
	at DATETIME NOT NULL, 
	disabled BOOLEAN NOT NULL, 
	CONSTRAINT pk_accounts PRIMARY KEY (name)
);
INSERT INTO "accounts" VALUES('awa','Awa','administrator','$argon2id$invented','2026-03-09 08:00:00.000000',0);
CREATE TABLE actors (
	id TEXT NOT NULL, 
	name TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	commune TEXT, 
	institution BOOLEAN NOT NULL, 
	merged_into TEXT, 
	root_id TEXT NOT NULL, 
	known_since DATE, folded TEXT DEFAULT '' NOT NULL, 
	CONSTRAINT pk_actors PRIMARY KEY (id), 
	CONSTRAINT fk_actors_merged_into FOREIGN KEY(merged_into) REFERENCES actors (id)
);
INSERT INTO "actors" VALUES('a-les-braises','Les Braises','association',NULL,0,NULL,'a-les-braises',NULL,'les braises');
INSERT INTO "actors" VALUES('a-l’atelier-d’été','L’Atelier d’Été','association',NULL,0,NULL,'a-l’atelier-d’été',NULL,'l atelier d ete');
INSERT INTO "actors" VALUES('a-le-bol-d’airain','Le Bol d’Airain','association',NULL,0,NULL,'a-le-bol-d’airain',NULL,'le bol d airain');
INSERT INTO "actors" VALUES('a-rives-vivantes','Rives Vivantes','association',NULL,0,NULL,'a-rives-vivantes',NULL,'rives vivantes');
INSERT INTO "actors" VALUES('a-fabrique-du-canal','Fabrique du Canal','association',NULL,0,'a-les-braises','a-les-braises',NULL,'fabrique du canal');
INSERT INTO "actors" VALUES('a-0b8909d515001977','L’Atelier d’Été','association','67482',0,NULL,'a-0b8909d515001977',NULL,'l atelier d ete');
CREATE TABLE addresses (
	id TEXT NOT NULL, 
	document_id TEXT NOT NULL, 
	sure BOOLEAN NOT NULL, 
	CONSTRAINT pk_addresses PRIMARY KEY (id), 
	CONSTRAINT fk_addresses_document_id FOREIGN KEY(document_id) REFERENCES documents (id)
);
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0030');
CREATE TABLE alias_blocks (
	block TEXT NOT NULL, 
	"key" TEXT NOT NULL, 
	CONSTRAINT pk_alias_blocks PRIMARY KEY (block, "key"), 
	CONSTRAINT fk_alias_blocks_key FOREIGN KEY("key") REFERENCES aliases ("key")
);
INSERT INTO "alias_blocks" VALUES('wLes','les braises');
INSERT INTO "alias_blocks" VALUES('wL’Atelier','l’atelier d’été');
INSERT INTO "alias_blocks" VALUES('wLe','le bol d’airain');
INSERT INTO "alias_blocks" VALUES('wRives','rives vivantes');
INSERT INTO "alias_blocks" VALUES('wFabrique','fabrique du canal');
CREATE TABLE aliases (
	"key" TEXT NOT NULL, 
	surface TEXT NOT NULL, 
	folded TEXT NOT NULL, 
	actor_id TEXT NOT NULL, 
	CONSTRAINT pk_aliases PRIMARY KEY ("key"), 
	CONSTRAINT fk_aliases_actor_id FOREIGN KEY(actor_id) REFERENCES actors (id)
);
INSERT INTO "aliases" VALUES('les braises','Les Braises','les braises','a-les-braises');
INSERT INTO "aliases" VALUES('l’atelier d’été','L’Atelier d’Été','l atelier d ete','a-l’atelier-d’été');
INSERT INTO "aliases" VALUES('le bol d’airain','Le Bol d’Airain','le bol d airain','a-le-bol-d’airain');
INSERT INTO "aliases" VALUES('rives vivantes','Rives Vivantes','rives vivantes','a-rives-vivantes');
INSERT INTO "aliases" VALUES('fabrique du canal','Fabrique du Canal','fabrique du canal','a-fabrique-du-canal');
CREATE TABLE annotations (
	document_id TEXT NOT NULL, 
	version TEXT NOT NULL, 
	language TEXT, 
	acronyms TEXT NOT NULL, 
	signature BLOB NOT NULL, 
	skipped TEXT, 
	CONSTRAINT pk_annotations PRIMARY KEY (document_id), 
	CONSTRAINT fk_annotations_document_id FOREIGN KEY(document_id) REFERENCES documents (id)
);
INSERT INTO "annotations" VALUES('0000000000000001','1','fr','[]',X'',NULL);
INSERT INTO "annotations" VALUES('0000000000000002','1','fr','[]',X'',NULL);
INSERT INTO "annotations" VALUES('0000000000000003','1','fr','[]',X'',NULL);
INSERT INTO "annotations" VALUES('0000000000000004','1','fr','[]',X'',NULL);
INSERT INTO "annotations" VALUES('0000000000000005','1','fr','[]',X'',NULL);
INSERT INTO "annotations" VALUES('0000000000000006','1','fr','[]',X'',NULL);
INSERT INTO "annotations" VALUES('0000000000000007','1','fr','[]',X'',NULL);
INSERT INTO "annotations" VALUES('0000000000000014','1','fr','[]',X'',NULL);
CREATE TABLE bands (
	document_id TEXT NOT NULL, 
	band TEXT NOT NULL, 
	CONSTRAINT pk_bands PRIMARY KEY (document_id, band), 
	CONSTRAINT fk_bands_document_id FOREIGN KEY(document_id) REFERENCES documents (id)
);
CREATE TABLE candidates (
	week TEXT NOT NULL, 
	actor_id TEXT NOT NULL, 
	rank INTEGER NOT NULL, 
	score FLOAT NOT NULL, 
	entered_by TEXT NOT NULL, 
	name TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	commune TEXT, 
	cluster TEXT, 
	first_seen DATE NOT NULL, 
	mentions INTEGER NOT NULL, 
	stories INTEGER NOT NULL, 
	sources INTEGER NOT NULL, 
	aliases TEXT NOT NULL, 
	reasons TEXT NOT NULL, 
	evidence TEXT NOT NULL, 
	CONSTRAINT pk_candidates PRIMARY KEY (week, actor_id), 
	CONSTRAINT fk_candidates_actor_id FOREIGN KEY(actor_id) REFERENCES actors (id), 
	CONSTRAINT fk_candidates_week FOREIGN KEY(week) REFERENCES queues (week)
);
INSERT INTO "candidates" VALUES('2026-W11','a-les-braises',1,0.7,'ranking','Les Braises','association','68224',NULL,'2026-03-04',3,2,1,'[]','[{"name":"new","value":1.0,"weight":0.7,"contribution":0.7,"detail":{"template":"nouveau","values":{},"plural":null}}]','[{"document_url":"https://gazette.example/1","source":"La Gazette","date":"2026-03-04","quote":"Voici Les Braises.","surface":"Les Braises"}]');
CREATE TABLE changes (
	name TEXT NOT NULL, 
	number INTEGER NOT NULL, 
	CONSTRAINT pk_changes PRIMARY KEY (name)
);
INSERT INTO "changes" VALUES('alembic_version',1);
INSERT INTO "changes" VALUES('recounts',3);
INSERT INTO "changes" VALUES('actors',2);
INSERT INTO "changes" VALUES('alias_blocks',1);
INSERT INTO "changes" VALUES('aliases',2);
INSERT INTO "changes" VALUES('annotations',1);
INSERT INTO "changes" VALUES('bands',1);
INSERT INTO "changes" VALUES('document_revisions',1);
INSERT INTO "changes" VALUES('documents',1);
INSERT INTO "changes" VALUES('http_states',1);
INSERT INTO "changes" VALUES('judgements',1);
INSERT INTO "changes" VALUES('mentions',2);
INSERT INTO "changes" VALUES('name_words',1);
INSERT INTO "changes" VALUES('outcomes',1);
INSERT INTO "changes" VALUES('relations',1);
INSERT INTO "changes" VALUES('repeated_lines',1);
INSERT INTO "changes" VALUES('source_health',1);
INSERT INTO "changes" VALUES('sources',1);
INSERT INTO "changes" VALUES('texts',1);
INSERT INTO "changes" VALUES('accounts',1);
INSERT INTO "changes" VALUES('candidates',1);
INSERT INTO "changes" VALUES('deliveries',1);
INSERT INTO "changes" VALUES('distinctions',1);
INSERT INTO "changes" VALUES('edits',1);
INSERT INTO "changes" VALUES('invitations',1);
INSERT INTO "changes" VALUES('opinions',1);
INSERT INTO "changes" VALUES('proposals',1);
INSERT INTO "changes" VALUES('queues',1);
INSERT INTO "changes" VALUES('resets',1);
INSERT INTO "changes" VALUES('rounds',1);
INSERT INTO "changes" VALUES('searches',1);
INSERT INTO "changes" VALUES('split_mentions',1);
INSERT INTO "changes" VALUES('splits',1);
INSERT INTO "changes" VALUES('subscribers',1);
INSERT INTO "changes" VALUES('tokens',1);
INSERT INTO "changes" VALUES('totals',1);
INSERT INTO "changes" VALUES('views',1);
INSERT INTO "changes" VALUES('weekly_counts',1);
CREATE TABLE citations (
	actor_id TEXT NOT NULL, 
	url TEXT NOT NULL, 
	source TEXT NOT NULL, 
	day DATE NOT NULL, 
	title TEXT NOT NULL, 
	quote TEXT NOT NULL, 
	event TEXT, 
	event_day DATE, 
	CONSTRAINT pk_citations PRIMARY KEY (actor_id, url), 
	CONSTRAINT fk_citations_actor_id FOREIGN KEY(actor_id) REFERENCES actors (id)
);
CREATE TABLE claims (
	kind TEXT NOT NULL, 
	"key" TEXT NOT NULL, 
	worker TEXT NOT NULL, 
	until DATETIME NOT NULL, 
	CONSTRAINT pk_claims PRIMARY KEY (kind, "key")
);
CREATE TABLE deliveries (
	week TEXT NOT NULL, 
	subscriber_id TEXT NOT NULL, 
	begun DATETIME NOT NULL, 
	done DATETIME, 
	CONSTRAINT pk_deliveries PRIMARY KEY (week, subscriber_id), 
	CONSTRAINT fk_deliveries_subscriber_id FOREIGN KEY(subscriber_id) REFERENCES subscribers (id)
);
INSERT INTO "deliveries" VALUES('2026-W11','r1','2026-03-09 08:00:00.000000',NULL);
CREATE TABLE distinctions (
	id INTEGER NOT NULL, 
	actor_id TEXT NOT NULL, 
	other_id TEXT NOT NULL, 
	who TEXT NOT NULL, 
	at DATETIME NOT NULL, 
	undone_by TEXT, 
	undone_at DATETIME, 
	CONSTRAINT pk_distinctions PRIMARY KEY (id), 
	CONSTRAINT fk_distinctions_actor_id FOREIGN KEY(actor_id) REFERENCES actors (id), 
	CONSTRAINT fk_distinctions_other_id FOREIGN KEY(other_id) REFERENCES actors (id)
);
INSERT INTO "distinctions" VALUES(1,'a-le-bol-d’airain','a-rives-vivantes','Awa','2026-03-09 08:00:00.000000',NULL,NULL);
CREATE TABLE document_revisions (
	document_id TEXT NOT NULL, 
	digest TEXT NOT NULL, 
	title TEXT NOT NULL, 
	text TEXT NOT NULL, 
	event TEXT, 
	excerpt BOOLEAN NOT NULL, 
	fetched_at DATETIME NOT NULL, 
	text_known_on DATE NOT NULL, 
	CONSTRAINT pk_document_revisions PRIMARY KEY (document_id, digest), 
	CONSTRAINT fk_document_revisions_document_id FOREIGN KEY(document_id) REFERENCES documents (id)
);
INSERT INTO "document_revisions" VALUES('0000000000000001','358f7a255d1f62253d607f3f4e414d3d','Un titre','Avec Les Braises.',NULL,0,'2026-03-04 14:00:00.000000','2026-03-04');
CREATE TABLE documents (
	id TEXT NOT NULL, 
	source_id TEXT NOT NULL, 
	url TEXT NOT NULL, 
	title TEXT NOT NULL, 
	published_at DATETIME, 
	date_note TEXT NOT NULL, 
	fetched_at DATETIME NOT NULL, 
	language TEXT, 
	kind TEXT NOT NULL, 
	excerpt BOOLEAN NOT NULL, 
	event TEXT, 
	event_day DATE, 
	archive TEXT, 
	known_on DATE NOT NULL, 
	text_known_on DATE NOT NULL, 
	digest TEXT NOT NULL, 
	story_id TEXT NOT NULL, 
	annotated TEXT NOT NULL, 
	communes TEXT NOT NULL, access TEXT DEFAULT 'open' NOT NULL, links TEXT DEFAULT '[]' NOT NULL, withdrawn_on DATE, text_dropped_on DATE, persons_dropped_on DATE, 
	CONSTRAINT pk_documents PRIMARY KEY (id), 
	CONSTRAINT fk_documents_source_id FOREIGN KEY(source_id) REFERENCES sources (id)
);
INSERT INTO "documents" VALUES('0000000000000001','gazette','https://gazette.example/1','Un titre','2026-03-04 12:00:00.000000','','2026-03-04 14:00:00.000000',NULL,'article',0,NULL,NULL,NULL,'2026-03-04','2026-03-04','f5c4b3a4171316d371a825c311be506b','0000000000000001','','["67482","67218"]','open','[]',NULL,NULL,NULL);
INSERT INTO "documents" VALUES('0000000000000002','gazette','https://gazette.example/2','Un titre','2026-03-04 12:00:00.000000','','2026-03-04 14:00:00.000000',NULL,'article',0,NULL,NULL,'2026/a.warc.gz#2','2026-03-04','2026-03-04','9e2841a07c6bf5aa1e39b7c5656ba857','0000000000000002','1','["67482","67218"]','open','[]',NULL,NULL,NULL);
INSERT INTO "documents" VALUES('0000000000000003','gazette','https://gazette.example/3','Un titre','2026-03-04 12:00:00.000000','','2026-03-04 14:00:00.000000',NULL,'article',0,NULL,NULL,'2026/a.warc.gz#3','2026-03-04','2026-03-04','8aaa5d655ba0bbc8661d382d6e8e7843','0000000000000003','1','["67482","67218"]','open','[]',NULL,NULL,NULL);
INSERT INTO "documents" VALUES('0000000000000004','gazette','https://gazette.example/4','Un titre','2026-03-04 12:00:00.000000','','2026-03-04 14:00:00.000000',NULL,'article',0,NULL,NULL,'2026/a.warc.gz#4','2026-03-04','2026-03-04','8a052f7edcfe37f3fa982e2033e32481','0000000000000004','1','["67482","67218"]','open','[]',NULL,NULL,NULL);
INSERT INTO "documents" VALUES('0000000000000005','gazette','https://gazette.example/5','Un titre','2026-03-04 12:00:00.000000','','2026-03-04 14:00:00.000000',NULL,'article',0,NULL,NULL,'2026/a.warc.gz#5','2026-03-04','2026-03-04','c176a122c45783f238e94930323f1044','0000000000000005','1','["67482","67218"]','open','[]',NULL,NULL,NULL);
INSERT INTO "documents" VALUES('0000000000000006','gazette','https://gazette.example/6','Un titre','2026-03-04 12:00:00.000000','','2026-03-04 14:00:00.000000',NULL,'article',0,NULL,NULL,'2026/a.warc.gz#6','2026-03-04','2026-03-04','358f7a255d1f62253d607f3f4e414d3d','0000000000000006','1','["67482","67218"]','open','[]',NULL,NULL,NULL);
INSERT INTO "documents" VALUES('0000000000000007','gazette','https://gazette.example/7','Un titre','2026-03-04 12:00:00.000000','','2026-03-04 14:00:00.000000',NULL,'article',0,NULL,NULL,'2026/a.warc.gz#7','2026-03-04','2026-03-04','9e2841a07c6bf5aa1e39b7c5656ba857','0000000000000007','1','["67482","67218"]','open','[]',NULL,NULL,NULL);
INSERT INTO "documents" VALUES('0000000000000014','gazette','https://gazette.example/20','Un titre','2026-03-04 12:00:00.000000','','2026-03-04 14:00:00.000000',NULL,'article',0,NULL,NULL,NULL,'2026-03-04','2026-03-04','bf4ea2cb45c945dcfa11b9d11ac55ccf','0000000000000014','1','["67482","67218"]','open','[]',NULL,NULL,NULL);
CREATE TABLE edits (
	id INTEGER NOT NULL, 
	actor_id TEXT NOT NULL, 
	field TEXT NOT NULL, 
	value TEXT NOT NULL, 
	who TEXT NOT NULL, 
	at DATETIME NOT NULL, 
	undone_by TEXT, 
	undone_at DATETIME, 
	CONSTRAINT pk_edits PRIMARY KEY (id), 
	CONSTRAINT fk_edits_actor_id FOREIGN KEY(actor_id) REFERENCES actors (id)
);
INSERT INTO "edits" VALUES(1,'a-les-braises','note','["B","e","l","l","e"," ","é","q","u","i","p","e","."]','Awa','2026-03-09 08:00:00.000000',NULL,NULL);
CREATE TABLE erased_names (
	mark TEXT NOT NULL, 
	words INTEGER NOT NULL, 
	erasure_id INTEGER NOT NULL, 
	CONSTRAINT pk_erased_names PRIMARY KEY (mark), 
	CONSTRAINT fk_erased_names_erasure_id FOREIGN KEY(erasure_id) REFERENCES erasures (id)
);
CREATE TABLE erasures (
	id INTEGER NOT NULL, 
	who TEXT NOT NULL, 
	at DATETIME NOT NULL, 
	grounds TEXT NOT NULL, 
	counts TEXT NOT NULL, 
	CONSTRAINT pk_erasures PRIMARY KEY (id)
);
CREATE TABLE http_states (
	source_id TEXT NOT NULL, 
	url TEXT NOT NULL, 
	etag TEXT, 
	last_modified TEXT, 
	fingerprint TEXT, 
	checked_at DATETIME, unchanged INTEGER DEFAULT '0' NOT NULL, moved_to TEXT, content TEXT, whole_at DATETIME, 
	CONSTRAINT pk_http_states PRIMARY KEY (source_id, url), 
	CONSTRAINT fk_http_states_source_id FOREIGN KEY(source_id) REFERENCES sources (id)
);
INSERT INTO "http_states" VALUES('gazette','https://gazette.example/rss','"a"',NULL,NULL,'2026-03-09 08:00:00.000000',0,NULL,NULL,'2026-03-09 08:00:00.000000');
CREATE TABLE imported_ties (
	actor_id TEXT NOT NULL, 
	other_id TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	stories INTEGER NOT NULL, 
	first_day DATE NOT NULL, 
	last_day DATE NOT NULL, 
	CONSTRAINT pk_imported_ties PRIMARY KEY (actor_id, other_id, kind), 
	CONSTRAINT fk_imported_ties_actor_id FOREIGN KEY(actor_id) REFERENCES actors (id), 
	CONSTRAINT fk_imported_ties_other_id FOREIGN KEY(other_id) REFERENCES actors (id)
);
CREATE TABLE invitations (
	id INTEGER NOT NULL, 
	round_id INTEGER NOT NULL, 
	name TEXT NOT NULL, 
	address TEXT, 
	language TEXT NOT NULL, 
	sent_at DATETIME, 
	CONSTRAINT pk_invitations PRIMARY KEY (id), 
	CONSTRAINT fk_invitations_round_id FOREIGN KEY(round_id) REFERENCES rounds (id)
);
INSERT INTO "invitations" VALUES(1,1,'Nadia (courriel)','nadia@example.org','fr',NULL);
CREATE TABLE judgements (
	id INTEGER NOT NULL, 
	actor_id TEXT NOT NULL, 
	verdict TEXT NOT NULL, 
	who TEXT NOT NULL, 
	at DATETIME NOT NULL, 
	week TEXT NOT NULL, 
	reason TEXT, 
	merge_into TEXT, 
	note TEXT NOT NULL, 
	CONSTRAINT pk_judgements PRIMARY KEY (id), 
	CONSTRAINT fk_judgements_actor_id FOREIGN KEY(actor_id) REFERENCES actors (id), 
	CONSTRAINT fk_judgements_merge_into FOREIGN KEY(merge_into) REFERENCES actors (id)
);
INSERT INTO "judgements" VALUES(1,'a-les-braises','keep','Awa','2026-03-04 12:00:00.000000','2026-W10',NULL,NULL,'Vu.');
INSERT INTO "judgements" VALUES(2,'a-fabrique-du-canal','merge','Awa','2026-03-04 12:00:00.000000','2026-W10',NULL,'a-les-braises','');
CREATE TABLE keys (
	purpose TEXT NOT NULL, 
	"key" BLOB NOT NULL, 
	CONSTRAINT pk_keys PRIMARY KEY (purpose)
);
CREATE TABLE mailbox_marks (
	mailbox TEXT NOT NULL, 
	mark TEXT NOT NULL, 
	CONSTRAINT pk_mailbox_marks PRIMARY KEY (mailbox)
);
CREATE TABLE mentions (
	document_id TEXT NOT NULL, 
	position INTEGER NOT NULL, 
	actor_id TEXT, 
	known_on DATE NOT NULL, 
	surface TEXT NOT NULL, 
	label TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	begins INTEGER NOT NULL, 
	ends INTEGER NOT NULL, 
	confidence FLOAT NOT NULL, 
	rule TEXT NOT NULL, 
	commune TEXT, 
	sentence TEXT NOT NULL, placing TEXT DEFAULT '' NOT NULL, description TEXT DEFAULT '' NOT NULL, "key" TEXT DEFAULT '' NOT NULL, 
	CONSTRAINT pk_mentions PRIMARY KEY (document_id, position), 
	CONSTRAINT fk_mentions_actor_id FOREIGN KEY(actor_id) REFERENCES actors (id), 
	CONSTRAINT fk_mentions_document_id FOREIGN KEY(document_id) REFERENCES documents (id)
);
INSERT INTO "mentions" VALUES('0000000000000001',0,'a-les-braises','2026-03-04','Les Braises','ACTOR','association',15,26,0.9,'test','67482','Voici Les Braises.','','','');
INSERT INTO "mentions" VALUES('0000000000000002',0,'a-l’atelier-d’été','2026-03-04','L’Atelier d’Été','ACTOR','association',15,30,0.9,'test','67482','Voici L’Atelier d’Été.','','','');
INSERT INTO "mentions" VALUES('0000000000000003',0,'a-le-bol-d’airain','2026-03-04','Le Bol d’Airain','ACTOR','association',15,30,0.9,'test','67482','Voici Le Bol d’Airain.','','','');
INSERT INTO "mentions" VALUES('0000000000000004',0,'a-rives-vivantes','2026-03-04','Rives Vivantes','ACTOR','association',15,29,0.9,'test','67482','Voici Rives Vivantes.','','','');
INSERT INTO "mentions" VALUES('0000000000000005',0,'a-fabrique-du-canal','2026-03-04','Fabrique du Canal','ACTOR','association',15,32,0.9,'test','67482','Voici Fabrique du Canal.','','','');
INSERT INTO "mentions" VALUES('0000000000000006',0,'a-les-braises','2026-03-04','Les Braises','ACTOR','association',15,26,0.9,'test','67482','Voici Les Braises.','','','');
INSERT INTO "mentions" VALUES('0000000000000007',0,'a-0b8909d515001977','2026-03-04','L’Atelier d’Été','ACTOR','association',15,30,0.9,'test','67482','Voici L’Atelier d’Été.','','','');
INSERT INTO "mentions" VALUES('0000000000000014',0,'a-les-braises','2026-03-04','Les Braises','ACTOR','association',10,21,0.9,'test','67482','Voici Les Braises.','','','');
INSERT INTO "mentions" VALUES('0000000000000014',1,'a-rives-vivantes','2026-03-04','Rives Vivantes','ACTOR','association',25,39,0.9,'test','67482','Voici Rives Vivantes.','','','');
CREATE TABLE name_words (
	word TEXT NOT NULL, 
	"key" TEXT NOT NULL, 
	CONSTRAINT pk_name_words PRIMARY KEY (word, "key"), 
	CONSTRAINT fk_name_words_key FOREIGN KEY("key") REFERENCES aliases ("key")
);
INSERT INTO "name_words" VALUES('braises','les braises');
INSERT INTO "name_words" VALUES('les','les braises');
INSERT INTO "name_words" VALUES('atelier','l’atelier d’été');
INSERT INTO "name_words" VALUES('d','l’atelier d’été');
INSERT INTO "name_words" VALUES('ete','l’atelier d’été');
INSERT INTO "name_words" VALUES('l','l’atelier d’été');
INSERT INTO "name_words" VALUES('airain','le bol d’airain');
INSERT INTO "name_words" VALUES('bol','le bol d’airain');
INSERT INTO "name_words" VALUES('d','le bol d’airain');
INSERT INTO "name_words" VALUES('le','le bol d’airain');
INSERT INTO "name_words" VALUES('rives','rives vivantes');
INSERT INTO "name_words" VALUES('vivantes','rives vivantes');
INSERT INTO "name_words" VALUES('canal','fabrique du canal');
INSERT INTO "name_words" VALUES('du','fabrique du canal');
INSERT INTO "name_words" VALUES('fabrique','fabrique du canal');
CREATE TABLE notices (
	id INTEGER NOT NULL, 
	kind TEXT NOT NULL, 
	about TEXT NOT NULL, 
	message TEXT NOT NULL, 
	since DATETIME NOT NULL, 
	resolved_at DATETIME, 
	told_at DATETIME, 
	end_told_at DATETIME, 
	CONSTRAINT pk_notices PRIMARY KEY (id)
);
CREATE TABLE opinions (
	id INTEGER NOT NULL, 
	round_id INTEGER NOT NULL, 
	who TEXT NOT NULL, 
	position TEXT NOT NULL, 
	words TEXT NOT NULL, 
	at DATETIME NOT NULL, 
	message TEXT, 
	undone_by TEXT, 
	undone_at DATETIME, 
	CONSTRAINT pk_opinions PRIMARY KEY (id), 
	CONSTRAINT fk_opinions_round_id FOREIGN KEY(round_id) REFERENCES rounds (id), 
	CONSTRAINT uq_opinions_message UNIQUE (message)
);
INSERT INTO "opinions" VALUES(1,1,'Awa','yes','','2026-03-09 08:00:00.000000',NULL,NULL,NULL);
CREATE TABLE outcomes (
	source_id TEXT NOT NULL, 
	at DATETIME NOT NULL, 
	state TEXT NOT NULL, 
	message TEXT NOT NULL, 
	documents INTEGER NOT NULL, 
	not_modified BOOLEAN NOT NULL, 
	CONSTRAINT pk_outcomes PRIMARY KEY (source_id, at), 
	CONSTRAINT fk_outcomes_source_id FOREIGN KEY(source_id) REFERENCES sources (id)
);
INSERT INTO "outcomes" VALUES('gazette','2026-03-09 08:00:00.000000','lively','{"template":"{n} document","values":{"n":1},"plural":"{n} documents"}',1,0);
CREATE TABLE proposals (
	id INTEGER NOT NULL, 
	nonce TEXT NOT NULL, 
	actor_id TEXT NOT NULL, 
	made_actor BOOLEAN NOT NULL, 
	kind TEXT NOT NULL, 
	name TEXT NOT NULL, 
	what TEXT NOT NULL, 
	place TEXT NOT NULL, 
	commune TEXT, 
	latitude FLOAT, 
	longitude FLOAT, 
	link TEXT NOT NULL, 
	who TEXT NOT NULL, 
	at DATETIME NOT NULL, 
	known_on DATE NOT NULL, 
	language TEXT NOT NULL, 
	address TEXT, 
	receipt_at DATETIME, 
	persons_dropped_on DATE, 
	answer TEXT, 
	answered_at DATETIME, 
	undone_by TEXT, 
	undone_at DATETIME, 
	CONSTRAINT pk_proposals PRIMARY KEY (id), 
	CONSTRAINT fk_proposals_actor_id FOREIGN KEY(actor_id) REFERENCES actors (id), 
	CONSTRAINT uq_proposals_nonce UNIQUE (nonce)
);
INSERT INTO "proposals" VALUES(1,'n1','a-rives-vivantes',0,'actor','Rives Vivantes','Des bancs.','',NULL,NULL,NULL,'','','2026-03-09 08:00:00.000000','2026-03-04','fr','ana@example.org',NULL,NULL,NULL,NULL,NULL,NULL);
CREATE TABLE queues (
	week TEXT NOT NULL, 
	as_of DATE NOT NULL, 
	clusters TEXT NOT NULL, persons_dropped_on DATE, 
	CONSTRAINT pk_queues PRIMARY KEY (week)
);
INSERT INTO "queues" VALUES('2026-W11','2026-03-09','[]',NULL);
CREATE TABLE recounts (
	actor_id TEXT NOT NULL, 
	since DATE NOT NULL, 
	CONSTRAINT pk_recounts PRIMARY KEY (actor_id), 
	CONSTRAINT fk_recounts_actor_id FOREIGN KEY(actor_id) REFERENCES actors (id)
);
INSERT INTO "recounts" VALUES('a-0b8909d515001977','2026-03-02');
INSERT INTO "recounts" VALUES('a-l’atelier-d’été','2026-03-02');
CREATE TABLE registrations (
	source_id TEXT NOT NULL, 
	number TEXT NOT NULL, 
	actor_id TEXT NOT NULL, 
	name TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	commune TEXT, 
	declared DATE, 
	purpose TEXT NOT NULL, 
	CONSTRAINT pk_registrations PRIMARY KEY (source_id, number), 
	CONSTRAINT fk_registrations_actor_id FOREIGN KEY(actor_id) REFERENCES actors (id), 
	CONSTRAINT fk_registrations_source_id FOREIGN KEY(source_id) REFERENCES sources (id)
);
CREATE TABLE rejects (
	place TEXT NOT NULL, 
	digest TEXT NOT NULL, 
	at DATETIME NOT NULL, 
	source_id TEXT NOT NULL, 
	reason TEXT NOT NULL, 
	raw TEXT NOT NULL, 
	CONSTRAINT pk_rejects PRIMARY KEY (place, digest)
);
CREATE TABLE relations (
	document_id TEXT NOT NULL, 
	first INTEGER NOT NULL, 
	second INTEGER NOT NULL, 
	kind TEXT NOT NULL, 
	sentence TEXT NOT NULL, 
	CONSTRAINT pk_relations PRIMARY KEY (document_id, first, second), 
	CONSTRAINT fk_relations_document_id FOREIGN KEY(document_id) REFERENCES documents (id)
);
CREATE TABLE repeated_lines (
	source_id TEXT NOT NULL, 
	line TEXT NOT NULL, 
	CONSTRAINT pk_repeated_lines PRIMARY KEY (source_id, line), 
	CONSTRAINT fk_repeated_lines_source_id FOREIGN KEY(source_id) REFERENCES sources (id)
);
INSERT INTO "repeated_lines" VALUES('gazette','Abonnez-vous.');
CREATE TABLE resets (
	at DATETIME NOT NULL, 
	who TEXT NOT NULL, 
	CONSTRAINT pk_resets PRIMARY KEY (at)
);
INSERT INTO "resets" VALUES('2026-03-09 08:00:00.000000','Awa');
CREATE TABLE rounds (
	id INTEGER NOT NULL, 
	actor_id TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	verdict TEXT NOT NULL, 
	question TEXT NOT NULL, 
	who TEXT NOT NULL, 
	at DATETIME NOT NULL, 
	until DATETIME NOT NULL, 
	quorum INTEGER NOT NULL, 
	outcome TEXT, 
	closed_at DATETIME, 
	judgement_id INTEGER, 
	undone_by TEXT, 
	undone_at DATETIME, 
	CONSTRAINT pk_rounds PRIMARY KEY (id), 
	CONSTRAINT fk_rounds_actor_id FOREIGN KEY(actor_id) REFERENCES actors (id), 
	CONSTRAINT fk_rounds_judgement_id FOREIGN KEY(judgement_id) REFERENCES judgements (id)
);
INSERT INTO "rounds" VALUES(1,'a-rives-vivantes','vote','keep','On la retient ?','Awa','2026-03-09 08:00:00.000000','2026-03-12 08:00:00.000000',0,NULL,NULL,NULL,NULL,NULL);
CREATE TABLE searches (
	id INTEGER NOT NULL, 
	name TEXT NOT NULL, 
	"query" TEXT NOT NULL, 
	who TEXT NOT NULL, 
	at DATETIME NOT NULL, 
	undone_by TEXT, 
	undone_at DATETIME, 
	CONSTRAINT pk_searches PRIMARY KEY (id)
);
INSERT INTO "searches" VALUES(1,'Ateliers','q=atelier','Awa','2026-03-09 08:00:00.000000',NULL,NULL);
CREATE TABLE sessions (
	digest TEXT NOT NULL, 
	name TEXT NOT NULL, 
	began DATETIME NOT NULL, 
	seen DATETIME NOT NULL, 
	agent TEXT NOT NULL, 
	CONSTRAINT pk_sessions PRIMARY KEY (digest), 
	CONSTRAINT fk_sessions_name FOREIGN KEY(name) REFERENCES accounts (name)
);
CREATE TABLE sign_ins (
	id INTEGER NOT NULL, 
	name TEXT NOT NULL, 
	address TEXT NOT NULL, 
	known BOOLEAN NOT NULL, 
	outcome TEXT NOT NULL, 
	at DATETIME NOT NULL, 
	CONSTRAINT pk_sign_ins PRIMARY KEY (id)
);
CREATE TABLE source_changes (
	id INTEGER NOT NULL, 
	source_id TEXT NOT NULL, 
	change TEXT NOT NULL, 
	entry TEXT NOT NULL, 
	who TEXT NOT NULL, 
	at DATETIME NOT NULL, 
	undone_by TEXT, 
	undone_at DATETIME, 
	CONSTRAINT pk_source_changes PRIMARY KEY (id), 
	CONSTRAINT fk_source_changes_source_id FOREIGN KEY(source_id) REFERENCES sources (id)
);
CREATE TABLE source_health (
	source_id TEXT NOT NULL, 
	state TEXT NOT NULL, 
	message TEXT NOT NULL, 
	since DATETIME NOT NULL, 
	last_try DATETIME NOT NULL, 
	last_success DATETIME, 
	failures INTEGER NOT NULL, failure TEXT, not_before DATETIME, 
	CONSTRAINT pk_source_health PRIMARY KEY (source_id), 
	CONSTRAINT fk_source_health_source_id FOREIGN KEY(source_id) REFERENCES sources (id)
);
INSERT INTO "source_health" VALUES('gazette','lively','{"template":"{n} document","values":{"n":1},"plural":"{n} documents"}','2026-03-09 08:00:00.000000','2026-03-09 08:00:00.000000','2026-03-09 08:00:00.000000',0,NULL,NULL);
CREATE TABLE sources (
	id TEXT NOT NULL, 
	name TEXT NOT NULL, 
	url TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	every INTEGER NOT NULL, 
	reach TEXT NOT NULL, 
	tags TEXT NOT NULL, 
	expected TEXT, 
	language TEXT, 
	full_text BOOLEAN NOT NULL, side TEXT DEFAULT 'external' NOT NULL, 
	CONSTRAINT pk_sources PRIMARY KEY (id)
);
INSERT INTO "sources" VALUES('gazette','La Gazette','https://gazette.example/rss','feed',3600,'local','[]',NULL,NULL,0,'external');
CREATE TABLE split_aliases (
	split_id INTEGER NOT NULL, 
	"key" TEXT NOT NULL, 
	was TEXT NOT NULL, 
	CONSTRAINT pk_split_aliases PRIMARY KEY (split_id, "key"), 
	CONSTRAINT fk_split_aliases_split_id FOREIGN KEY(split_id) REFERENCES splits (id), 
	CONSTRAINT fk_split_aliases_key FOREIGN KEY("key") REFERENCES aliases ("key"), 
	CONSTRAINT fk_split_aliases_was FOREIGN KEY(was) REFERENCES actors (id)
);
CREATE TABLE split_mentions (
	split_id INTEGER NOT NULL, 
	document_id TEXT NOT NULL, 
	surface TEXT NOT NULL, 
	was TEXT NOT NULL, 
	CONSTRAINT pk_split_mentions PRIMARY KEY (split_id, document_id, surface), 
	CONSTRAINT fk_split_mentions_split_id FOREIGN KEY(split_id) REFERENCES splits (id), 
	CONSTRAINT fk_split_mentions_document_id FOREIGN KEY(document_id) REFERENCES documents (id), 
	CONSTRAINT fk_split_mentions_was FOREIGN KEY(was) REFERENCES actors (id)
);
INSERT INTO "split_mentions" VALUES(1,'0000000000000007','L’Atelier d’Été','a-l’atelier-d’été');
CREATE TABLE splits (
	id INTEGER NOT NULL, 
	actor_id TEXT NOT NULL, 
	new_id TEXT NOT NULL, 
	who TEXT NOT NULL, 
	at DATETIME NOT NULL, 
	undone_by TEXT, 
	undone_at DATETIME, 
	CONSTRAINT pk_splits PRIMARY KEY (id), 
	CONSTRAINT fk_splits_actor_id FOREIGN KEY(actor_id) REFERENCES actors (id), 
	CONSTRAINT fk_splits_new_id FOREIGN KEY(new_id) REFERENCES actors (id)
);
INSERT INTO "splits" VALUES(1,'a-l’atelier-d’été','a-0b8909d515001977','Awa','2026-03-09 08:00:00.000000',NULL,NULL);
CREATE TABLE subscribers (
	id TEXT NOT NULL, 
	address TEXT NOT NULL, 
	areas TEXT NOT NULL, 
	themes TEXT NOT NULL, 
	language TEXT NOT NULL, 
	audience TEXT NOT NULL, 
	who TEXT NOT NULL, 
	at DATETIME NOT NULL, 
	CONSTRAINT pk_subscribers PRIMARY KEY (id), 
	CONSTRAINT uq_subscribers_address UNIQUE (address)
);
INSERT INTO "subscribers" VALUES('r1','nadia@example.org','[]','["vélo"]','fr','lab','Awa','2026-03-09 08:00:00.000000');
CREATE TABLE suggestions (
	actor_id TEXT NOT NULL, 
	other_id TEXT NOT NULL, 
	score FLOAT NOT NULL, 
	reason TEXT NOT NULL, 
	CONSTRAINT pk_suggestions PRIMARY KEY (actor_id, other_id), 
	CONSTRAINT fk_suggestions_actor_id FOREIGN KEY(actor_id) REFERENCES actors (id), 
	CONSTRAINT fk_suggestions_other_id FOREIGN KEY(other_id) REFERENCES actors (id)
);
CREATE TABLE texts (
	document_id TEXT NOT NULL, 
	text TEXT NOT NULL, 
	CONSTRAINT pk_texts PRIMARY KEY (document_id), 
	CONSTRAINT fk_texts_document_id FOREIGN KEY(document_id) REFERENCES documents (id)
);
INSERT INTO "texts" VALUES('0000000000000001','Avec Les Braises, encore.');
INSERT INTO "texts" VALUES('0000000000000002','Avec L’Atelier d’Été.');
INSERT INTO "texts" VALUES('0000000000000003','Avec Le Bol d’Airain.');
INSERT INTO "texts" VALUES('0000000000000004','Avec Rives Vivantes.');
INSERT INTO "texts" VALUES('0000000000000005','Avec Fabrique du Canal.');
INSERT INTO "texts" VALUES('0000000000000006','Avec Les Braises.');
INSERT INTO "texts" VALUES('0000000000000007','Avec L’Atelier d’Été.');
INSERT INTO "texts" VALUES('0000000000000014','Les Braises et Rives Vivantes.');
CREATE TABLE tokens (
	digest TEXT NOT NULL, 
	name TEXT NOT NULL, 
	label TEXT NOT NULL, 
	scopes TEXT NOT NULL, 
	at DATETIME NOT NULL, 
	CONSTRAINT pk_tokens PRIMARY KEY (digest), 
	CONSTRAINT fk_tokens_name FOREIGN KEY(name) REFERENCES accounts (name)
);
INSERT INTO "tokens" VALUES('dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd','awa','Carte','["directory","journal","queue","sources"]','2026-03-09 08:00:00.000000');
CREATE TABLE totals (
	actor_id TEXT NOT NULL, 
	mentions INTEGER NOT NULL, 
	first_day DATE NOT NULL, 
	last_day DATE NOT NULL, 
	CONSTRAINT pk_totals PRIMARY KEY (actor_id), 
	CONSTRAINT fk_totals_actor_id FOREIGN KEY(actor_id) REFERENCES actors (id)
);
INSERT INTO "totals" VALUES('a-fabrique-du-canal',1,'2026-03-04','2026-03-04');
INSERT INTO "totals" VALUES('a-le-bol-d’airain',1,'2026-03-04','2026-03-04');
INSERT INTO "totals" VALUES('a-les-braises',3,'2026-03-04','2026-03-04');
INSERT INTO "totals" VALUES('a-l’atelier-d’été',2,'2026-03-04','2026-03-04');
INSERT INTO "totals" VALUES('a-rives-vivantes',2,'2026-03-04','2026-03-04');
CREATE TABLE views (
	actor_id TEXT NOT NULL, 
	week TEXT NOT NULL, 
	who TEXT NOT NULL, 
	at DATETIME NOT NULL, 
	CONSTRAINT pk_views PRIMARY KEY (actor_id, week, who), 
	CONSTRAINT fk_views_actor_id FOREIGN KEY(actor_id) REFERENCES actors (id)
);
INSERT INTO "views" VALUES('a-les-braises','2026-W11','Awa','2026-03-09 08:00:00.000000');
CREATE TABLE weekly_counts (
	actor_id TEXT NOT NULL, 
	week DATE NOT NULL, 
	source_id TEXT NOT NULL, 
	first_day DATE NOT NULL, 
	mentions INTEGER NOT NULL, 
	as_actor INTEGER NOT NULL, 
	stories INTEGER NOT NULL, 
	CONSTRAINT pk_weekly_counts PRIMARY KEY (actor_id, week, source_id), 
	CONSTRAINT fk_weekly_counts_actor_id FOREIGN KEY(actor_id) REFERENCES actors (id), 
	CONSTRAINT fk_weekly_counts_source_id FOREIGN KEY(source_id) REFERENCES sources (id)
);
INSERT INTO "weekly_counts" VALUES('a-les-braises','2026-03-02','gazette','2026-03-04',3,3,3);
INSERT INTO "weekly_counts" VALUES('a-l’atelier-d’été','2026-03-02','gazette','2026-03-04',2,2,2);
INSERT INTO "weekly_counts" VALUES('a-le-bol-d’airain','2026-03-02','gazette','2026-03-04',1,1,1);
INSERT INTO "weekly_counts" VALUES('a-rives-vivantes','2026-03-02','gazette','2026-03-04',2,2,2);
INSERT INTO "weekly_counts" VALUES('a-fabrique-du-canal','2026-03-02','gazette','2026-03-04',1,1,1);
CREATE TABLE withdrawals (
	judgement_id INTEGER NOT NULL, 
	who TEXT NOT NULL, 
	at DATETIME NOT NULL, 
	CONSTRAINT pk_withdrawals PRIMARY KEY (judgement_id), 
	CONSTRAINT fk_withdrawals_judgement_id FOREIGN KEY(judgement_id) REFERENCES judgements (id)
);
CREATE INDEX ix_actors_merged_into ON actors (merged_into);
CREATE INDEX ix_actors_root_id ON actors (root_id);
CREATE INDEX ix_rejects_at ON rejects (at);
CREATE INDEX ix_aliases_actor_id ON aliases (actor_id);
CREATE INDEX ix_candidates_actor_id ON candidates (actor_id);
CREATE INDEX ix_documents_annotated_known_on ON documents (annotated, known_on);
CREATE INDEX ix_documents_known_on ON documents (known_on);
CREATE INDEX ix_documents_source_id_known_on ON documents (source_id, known_on);
CREATE INDEX ix_documents_story_id ON documents (story_id);
CREATE INDEX ix_judgements_actor_id ON judgements (actor_id);
CREATE INDEX ix_judgements_who ON judgements (who);
CREATE INDEX ix_suggestions_other_id ON suggestions (other_id);
CREATE INDEX ix_bands_band ON bands (band);
CREATE INDEX ix_mentions_actor_id_known_on ON mentions (actor_id, known_on);
CREATE INDEX ix_mentions_known_on_actor_id ON mentions (known_on, actor_id);
CREATE INDEX ix_splits_new_id ON splits (new_id);
CREATE INDEX ix_splits_actor_id ON splits (actor_id);
CREATE INDEX ix_split_mentions_document_id ON split_mentions (document_id);
CREATE INDEX ix_documents_source_id_fetched_at ON documents (source_id, fetched_at);
CREATE INDEX ix_distinctions_actor_id ON distinctions (actor_id);
CREATE INDEX ix_distinctions_other_id ON distinctions (other_id);
CREATE INDEX ix_addresses_document_id ON addresses (document_id);
CREATE INDEX ix_edits_actor_id ON edits (actor_id);
CREATE INDEX ix_edits_who ON edits (who);
CREATE INDEX ix_actors_folded ON actors (folded);
CREATE INDEX ix_documents_event_day ON documents (event_day);
CREATE INDEX ix_totals_mentions ON totals (mentions);
CREATE INDEX ix_totals_first_day ON totals (first_day);
CREATE INDEX ix_totals_last_day ON totals (last_day);
CREATE INDEX ix_sessions_name ON sessions (name);
CREATE INDEX ix_sign_ins_name_at ON sign_ins (name, at);
CREATE INDEX ix_sign_ins_address_at ON sign_ins (address, at);
CREATE INDEX ix_tokens_name ON tokens (name);
CREATE INDEX ix_source_changes_source_id ON source_changes (source_id);
CREATE INDEX ix_mentions_described ON mentions (actor_id, known_on, description) WHERE description != '';
CREATE INDEX ix_claims_worker ON claims (worker);
CREATE INDEX ix_notices_resolved_at ON notices (resolved_at);
CREATE INDEX ix_citations_event_day ON citations (event_day);
CREATE INDEX ix_registrations_actor_id ON registrations (actor_id);
CREATE INDEX ix_proposals_actor_id ON proposals (actor_id);
CREATE INDEX ix_proposals_known_on ON proposals (known_on);
CREATE INDEX ix_rounds_actor_id ON rounds (actor_id);
CREATE INDEX ix_invitations_round_id ON invitations (round_id);
CREATE INDEX ix_opinions_round_id ON opinions (round_id);
COMMIT;
-- One statement a paragraph. The index (FTS5) keeps no text of its own: to take a document out of
-- it, it is told what stood there. SQLite numbers rows anew when a base is compacted, unless their
-- number is a column; so the numbers have a table.
CREATE TABLE text_numbers (id INTEGER PRIMARY KEY, document_id TEXT NOT NULL UNIQUE);
CREATE VIRTUAL TABLE text_search USING fts5 (
    title, text, content='', tokenize='unicode61 remove_diacritics 2'
);
CREATE VIRTUAL TABLE text_words USING fts5vocab (text_search, 'row');
INSERT INTO text_numbers (document_id) SELECT document_id FROM texts ORDER BY document_id;
INSERT INTO text_search (rowid, title, text)
SELECT n.id, d.title, t.text
FROM text_numbers n
JOIN documents d ON d.id = n.document_id
JOIN texts t ON t.document_id = d.id;
CREATE TRIGGER texts_found AFTER INSERT ON texts BEGIN
    INSERT INTO text_numbers (document_id) VALUES (new.document_id);
    INSERT INTO text_search (rowid, title, text)
    SELECT n.id, d.title, new.text
    FROM text_numbers n JOIN documents d ON d.id = n.document_id
    WHERE n.document_id = new.document_id;
END;
CREATE TRIGGER texts_changed AFTER UPDATE OF text ON texts WHEN old.text IS NOT new.text BEGIN
    INSERT INTO text_search (text_search, rowid, title, text)
    SELECT 'delete', n.id, d.title, old.text
    FROM text_numbers n JOIN documents d ON d.id = n.document_id
    WHERE n.document_id = old.document_id;
    INSERT INTO text_search (rowid, title, text)
    SELECT n.id, d.title, new.text
    FROM text_numbers n JOIN documents d ON d.id = n.document_id
    WHERE n.document_id = new.document_id;
END;
CREATE TRIGGER texts_gone AFTER DELETE ON texts BEGIN
    INSERT INTO text_search (text_search, rowid, title, text)
    SELECT 'delete', n.id, d.title, old.text
    FROM text_numbers n JOIN documents d ON d.id = n.document_id
    WHERE n.document_id = old.document_id;
    DELETE FROM text_numbers WHERE document_id = old.document_id;
END;
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
END;
