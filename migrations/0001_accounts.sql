-- Who may use the server, what they have proved, and how often they tried.
-- Tokens are stored by digest only. A column named user_id says whose a row is: the export and
-- the erasure of an account go by it.

-- A role is a named set of scopes; scopes are the only thing that is checked.
CREATE TABLE roles (
    name text PRIMARY KEY CHECK (name <> ''),
    scopes text[] NOT NULL,
    built_in boolean NOT NULL DEFAULT false
);
INSERT INTO roles (name, scopes, built_in) VALUES
    ('user', '{calculations}', true),
    ('admin', '{calculations,admin}', true),
    ('service', '{calculations,admin}', true);        -- of the account that owns service tokens

CREATE TABLE users (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    email text CHECK (email <> ''),
    username text NOT NULL CHECK (username <> ''),
    password_hash text,                               -- NULL: nobody can log in by password
    external_subject text UNIQUE,                     -- known by an identity service, not by us
    first_name text,
    last_name text,
    is_active boolean NOT NULL DEFAULT true,
    is_approved boolean NOT NULL DEFAULT true,        -- false: registered, waits for an admin
    is_superuser boolean NOT NULL DEFAULT false,      -- has the role admin beside its own
    tier text NOT NULL DEFAULT 'free' CHECK (tier IN ('free', 'basic', 'pro')),
    preferences jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(preferences) = 'object'),
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    password_changed_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT users_known CHECK (email IS NOT NULL OR external_subject IS NOT NULL)
);
CREATE UNIQUE INDEX users_email_key ON users (lower(email) text_pattern_ops);
CREATE UNIQUE INDEX users_username_key ON users (lower(username) text_pattern_ops);
CREATE INDEX users_by_age ON users (created_at, id);
CREATE INDEX users_by_tier ON users (tier, created_at, id);
CREATE INDEX users_waiting ON users (created_at, id) WHERE NOT is_approved;
CREATE INDEX users_disabled ON users (created_at, id) WHERE NOT is_active;
CREATE INDEX users_superusers ON users (created_at, id) WHERE is_superuser;

CREATE TABLE user_roles (
    user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    role text NOT NULL REFERENCES roles (name) ON UPDATE CASCADE ON DELETE CASCADE,
    granted_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (user_id, role)
);
CREATE INDEX user_roles_by_role ON user_roles (role);

-- How many accounts no identity service knows: counting them at each registration under a limit
-- would take as long as they are many.
CREATE TABLE user_counts (
    known_here boolean PRIMARY KEY CHECK (known_here),  -- one row
    users bigint NOT NULL
);
INSERT INTO user_counts (known_here, users) VALUES (true, 0);
CREATE FUNCTION count_users() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    change bigint := (SELECT count(*) FROM changed WHERE external_subject IS NULL);
BEGIN
    IF change > 0 THEN
        UPDATE user_counts SET users = users + CASE TG_OP WHEN 'INSERT' THEN change ELSE -change END
        WHERE known_here;
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER count_new_users AFTER INSERT ON users REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION count_users();
CREATE TRIGGER count_deleted_users AFTER DELETE ON users REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION count_users();

-- One row a refresh token; those that follow each other by rotation are one family.
CREATE TABLE sessions (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    family_id uuid NOT NULL,
    user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    token_digest bytea NOT NULL,
    address inet,
    user_agent text,
    started_at timestamptz NOT NULL DEFAULT now(),    -- the login, the same for the whole family
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    last_used_at timestamptz,
    replaced_at timestamptz,                          -- rotated: valid for its grace, then misuse
    revoked_at timestamptz
);
CREATE UNIQUE INDEX sessions_token_digest_key ON sessions (token_digest);
CREATE INDEX sessions_by_user ON sessions (user_id, created_at DESC);
CREATE INDEX sessions_by_family ON sessions (family_id);
CREATE INDEX sessions_by_end ON sessions (expires_at);
CREATE INDEX sessions_by_revocation ON sessions (revoked_at) WHERE revoked_at IS NOT NULL;

CREATE TABLE service_tokens (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name text,
    token_digest bytea NOT NULL,
    scopes text[] NOT NULL CHECK (cardinality(scopes) > 0),
    replaces uuid REFERENCES service_tokens (id) ON DELETE SET NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz,                           -- NULL: eternal
    last_used_at timestamptz,
    revoked_at timestamptz
);
CREATE UNIQUE INDEX service_tokens_token_digest_key ON service_tokens (token_digest);
CREATE INDEX service_tokens_by_user ON service_tokens (user_id, created_at DESC);
CREATE INDEX service_tokens_by_age ON service_tokens (created_at, id);
CREATE INDEX service_tokens_by_end ON service_tokens (expires_at, id) WHERE revoked_at IS NULL;
CREATE INDEX service_tokens_by_revocation ON service_tokens (revoked_at) WHERE revoked_at IS NOT NULL;
CREATE INDEX service_tokens_by_replaced ON service_tokens (replaces) WHERE replaces IS NOT NULL;

-- One alert for each threshold of each end: a token with a new end is watched anew.
CREATE TABLE token_alerts (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    token_id uuid NOT NULL REFERENCES service_tokens (id) ON DELETE CASCADE,
    user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    threshold_days integer NOT NULL,
    expires_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    announced_at timestamptz,                         -- NULL: no log line yet
    CONSTRAINT token_alerts_once UNIQUE (token_id, expires_at, threshold_days)
);
CREATE INDEX token_alerts_by_user ON token_alerts (user_id);
CREATE INDEX token_alerts_waiting ON token_alerts (id) WHERE announced_at IS NULL;

-- One use each; printed by the command line, never by the server.
CREATE TABLE password_resets (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    token_digest bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    used_at timestamptz
);
CREATE UNIQUE INDEX password_resets_token_digest_key ON password_resets (token_digest);
CREATE INDEX password_resets_by_user ON password_resets (user_id);
CREATE INDEX password_resets_by_end ON password_resets (expires_at);

-- What a principal was answered to a request that it may repeat.
CREATE TABLE idempotency_keys (
    principal text NOT NULL,                          -- the user, or one of its service tokens
    key text NOT NULL,
    user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    request_digest bytea NOT NULL,
    in_flight_until timestamptz NOT NULL,             -- the first one is lost after this
    status integer,                                   -- NULL: not answered yet
    answer bytea,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (principal, key)
);
CREATE INDEX idempotency_keys_by_user ON idempotency_keys (user_id);
CREATE INDEX idempotency_keys_by_end ON idempotency_keys (expires_at);

-- Every login that was tried, for throttling by account and by address.
CREATE TABLE login_attempts (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account_digest bytea NOT NULL,                    -- of the name that was given, known or not
    user_id uuid REFERENCES users (id) ON DELETE CASCADE,
    address inet,
    succeeded boolean,                                -- NULL: the password is being checked
    attempted_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX login_attempts_by_account ON login_attempts (account_digest, attempted_at DESC);
CREATE INDEX login_attempts_by_address ON login_attempts (address, attempted_at DESC);
CREATE INDEX login_attempts_by_user ON login_attempts (user_id, attempted_at DESC);
CREATE INDEX login_attempts_by_age ON login_attempts (attempted_at);

-- Which keys have signed what is stored here: a digest that tells nothing of the key.
CREATE TABLE signing_keys (
    fingerprint bytea PRIMARY KEY,
    first_used_at timestamptz NOT NULL DEFAULT now()
);

-- Every instance remembers whom it has verified. Whatever makes that wrong is told to all of them
-- by the same transaction, also when it was done by hand: 'user:<id>', 'session:<family>',
-- 'token:<id>' or 'roles'.
CREATE FUNCTION tell_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    whom text := 'roles';
BEGIN
    -- One assignment each: a column that its table lacks must not even be looked up.
    CASE TG_TABLE_NAME
        WHEN 'users' THEN whom := 'user:' || OLD.id;
        WHEN 'user_roles' THEN whom := 'user:' || COALESCE(NEW.user_id, OLD.user_id);
        WHEN 'sessions' THEN whom := 'session:' || OLD.family_id;
        WHEN 'service_tokens' THEN whom := 'token:' || COALESCE(NEW.id, OLD.id);
        ELSE NULL;
    END CASE;
    PERFORM pg_notify('nocturna_access', whom);
    RETURN NULL;
END
$$;
CREATE TRIGGER tell_change AFTER DELETE OR UPDATE OF
    is_active, is_approved, is_superuser, tier, password_changed_at
    ON users FOR EACH ROW EXECUTE FUNCTION tell_change();
CREATE TRIGGER tell_change AFTER INSERT OR DELETE OR UPDATE
    ON user_roles FOR EACH ROW EXECUTE FUNCTION tell_change();
CREATE TRIGGER tell_change AFTER DELETE OR UPDATE OF revoked_at
    ON sessions FOR EACH ROW EXECUTE FUNCTION tell_change();
CREATE TRIGGER tell_change AFTER INSERT OR DELETE OR UPDATE OF scopes, expires_at, revoked_at
    ON service_tokens FOR EACH ROW EXECUTE FUNCTION tell_change();
CREATE TRIGGER tell_change AFTER DELETE OR UPDATE
    ON roles FOR EACH ROW EXECUTE FUNCTION tell_change();
