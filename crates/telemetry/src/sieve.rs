//! The redactor: text in, text without identifiers out.

use std::{borrow::Cow, fmt};

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use crate::{
    encoded,
    keys::{Keys, Phrase},
    kind::{self, Kind},
    operator::{self, Compiled, OperatorRule, RuleProblem, boundary},
    scan::{self, Hit, Hits},
    values, view,
};

/// How often replacing may lead to something else to replace before the whole text is taken out.
const ROUNDS: usize = 8;

/// How deep text within text is looked into: JSON in JSON, base64 in base64.
const DEPTH: usize = 3;

/// Takes out what identifies. Made once, used by any number of threads.
pub struct Sieve {
    keys: Keys,
    operator: Vec<Compiled>,
    /// Names of rules, by their number.
    names: Vec<String>,
    /// The same, sorted, to find what was replaced already.
    sorted: Vec<String>,
    version: String,
    key: [u8; 32],
    #[cfg(feature = "measure")]
    off: bool,
}

impl fmt::Debug for Sieve {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sieve").field("version", &self.version).finish_non_exhaustive()
    }
}

/// A text after the sieve.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cleaned {
    /// What is left.
    pub text: String,
    /// Which rules found something, and how often, in the order of their numbers.
    pub found: Vec<(String, u32)>,
}

/// A text that had to be changed: what it is now, and how often each rule found something.
pub(crate) struct Changed {
    pub text: String,
    pub found: Vec<(u16, u32)>,
}

impl Changed {
    pub(crate) fn count(found: &mut Vec<(u16, u32)>, rule: u16, times: u32) {
        match found.iter_mut().find(|(known, _)| *known == rule) {
            Some((_, count)) => *count += times,
            None => found.push((rule, times)),
        }
    }
}

impl Sieve {
    /// Makes a redactor with the built-in rules and the operator's.
    ///
    /// `pseudonym_key` is a secret of the installation: users become HMAC-SHA256 under it, so that
    /// nobody without it can try out names.
    ///
    /// # Errors
    /// If a rule of the operator's cannot be used; the error names it.
    pub fn new(rules: &[OperatorRule], pseudonym_key: [u8; 32]) -> Result<Self, RuleProblem> {
        let operator = operator::compile(rules)?;
        let names: Vec<String> = Kind::ALL
            .iter()
            .map(|kind| kind.name().to_owned())
            .chain(rules.iter().map(|rule| rule.name.clone()))
            .collect();
        let mut sorted = names.clone();
        sorted.sort();
        let mut digest = Sha256::new();
        let mut field = |text: &str| {
            digest.update((text.len() as u64).to_le_bytes());
            digest.update(text.as_bytes());
        };
        field("wardround redactor");
        field(kind::VERSION);
        for rule in rules {
            field(&rule.name);
            field(&rule.pattern);
            for key in &rule.keys {
                field(key);
            }
        }
        let version = format!("{}-{}", kind::VERSION, hex::encode(&digest.finalize()[..4]));
        Ok(Self {
            keys: Keys::new(),
            operator,
            names,
            sorted,
            version,
            key: pseudonym_key,
            #[cfg(feature = "measure")]
            off: false,
        })
    }

    /// A sieve that lets everything through, to measure what redaction costs.
    #[cfg(feature = "measure")]
    pub fn without_redaction(self) -> Self {
        Self { off: true, ..self }
    }

    /// A short digest over the redactor's version and its rules. The same text and version always
    /// give the same result.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Takes out of a text what identifies. `key` is the name of the field it stands in.
    pub fn text(&self, text: &str, key: Option<&str>) -> Cleaned {
        let phrase = key.and_then(|key| self.key_of(key));
        match self.value(text, phrase, key) {
            None => Cleaned { text: text.to_owned(), found: Vec::new() },
            Some(changed) => {
                let mut found = changed.found;
                found.sort_unstable();
                let name = |(rule, count)| (self.name(rule).to_owned(), count);
                Cleaned { text: changed.text, found: found.into_iter().map(name).collect() }
            }
        }
    }

    /// Plants an example of every built-in rule, as it stands and in base64, in a text and in a
    /// structure, and looks whether it is taken out.
    ///
    /// # Errors
    /// Names the first rule that fails; then nothing may pass.
    pub fn check(&self) -> Result<(), CheckFailed> {
        for kind in Kind::ALL {
            let (sample, planted) = kind.sample();
            if sample.is_empty() {
                continue;
            }
            let failed = CheckFailed { rule: kind.name() };
            let cleaned = self.text(sample, None);
            let again = self.text(&cleaned.text, None);
            let named = cleaned.found.iter().any(|(rule, _)| rule == kind.name());
            if cleaned.text.contains(planted) || !named || again.text != cleaned.text {
                return Err(failed);
            }
            let encoded = data_encoding::BASE64.encode(sample.as_bytes());
            if self.text(&encoded, None).text.contains(&encoded) {
                return Err(failed);
            }
            let mut value = serde_json::json!({ "a": [sample], sample: 1 });
            self.json(&mut value);
            if value.to_string().contains(planted) {
                return Err(failed);
            }
        }
        Ok(())
    }

    /// The name of a rule.
    pub(crate) fn name(&self, rule: u16) -> &str {
        self.names.get(usize::from(rule)).map_or("unclear", String::as_str)
    }

    /// What the name of a field announces, also when it is written with escapes.
    pub(crate) fn key_of(&self, key: &str) -> Option<&'static Phrase> {
        if key.contains('[') {
            let rest = self.rest(key);
            if rest != key {
                return self.key_of(&rest);
            }
        }
        self.keys.of(key).or_else(|| {
            if !view::may_differ(key.as_bytes()) {
                return None;
            }
            let read = view::read(key.as_bytes())?;
            self.keys.of(std::str::from_utf8(&read.text).ok()?)
        })
    }

    /// A text without what was replaced in it.
    fn rest<'a>(&self, text: &'a str) -> Cow<'a, str> {
        if !text.contains('[') {
            return Cow::Borrowed(text);
        }
        let mut rest = String::new();
        self.pieces(text, |start, end| rest.push_str(&text[start..end]));
        Cow::Owned(rest)
    }

    /// The pseudonym of a user: 16 bytes of HMAC-SHA256, in hexadecimal. What already is one stays.
    pub(crate) fn pseudonym(&self, who: &str) -> String {
        let who = who.trim();
        if let Some(hex) = who.strip_prefix("[user:").and_then(|rest| rest.strip_suffix(']'))
            && is_pseudonym(hex)
        {
            return hex.to_owned();
        }
        hex::encode(&self.keyed(b"wardround user 1\0", &[who.as_bytes()])[..16])
    }

    /// HMAC-SHA256 over fields with their lengths, for one purpose.
    pub(crate) fn keyed(&self, purpose: &[u8], fields: &[&[u8]]) -> [u8; 32] {
        // A key of any length is allowed, so this cannot fail.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.key) else { return [0; 32] };
        mac.update(purpose);
        for field in fields {
            mac.update(&(field.len() as u64).to_le_bytes());
            mac.update(field);
        }
        mac.finalize().into_bytes().into()
    }

    /// The value of a field whose name announces `phrase`. `None`: nothing to change.
    pub(crate) fn value(
        &self,
        text: &str,
        phrase: Option<&'static Phrase>,
        key: Option<&str>,
    ) -> Option<Changed> {
        self.value_at(text, phrase, key, 0)
    }

    /// The same within text that is within text.
    pub(crate) fn value_at(
        &self,
        text: &str,
        phrase: Option<&'static Phrase>,
        key: Option<&str>,
        depth: usize,
    ) -> Option<Changed> {
        #[cfg(feature = "measure")]
        if self.off {
            return None;
        }
        if let Some(phrase) = phrase {
            if values::whole(self.rest(text).as_bytes(), phrase) {
                return Some(self.replace_all(text, phrase.kind));
            }
            let changed = self.clean(text, key, depth);
            // What is left may look like it, when something within it is gone.
            if let Some(found) = &changed
                && values::whole(self.rest(&found.text).as_bytes(), phrase)
            {
                return Some(self.replace_all(text, phrase.kind));
            }
            return changed;
        }
        self.clean(text, key, depth)
    }

    /// The replacement of a text as a whole.
    fn replace_all(&self, text: &str, kind: Kind) -> Changed {
        let found = vec![(kind.index(), 1)];
        Changed { text: self.replacement(kind.index(), text), found }
    }

    /// What stands in the place of something.
    pub(crate) fn replacement(&self, rule: u16, replaced: &str) -> String {
        if rule == Kind::User.index() {
            return format!("[user:{}]", self.pseudonym(replaced));
        }
        format!("[{}]", self.name(rule))
    }

    /// Replaces until nothing is found any more.
    pub(crate) fn clean(&self, text: &str, key: Option<&str>, depth: usize) -> Option<Changed> {
        let mut hits = Hits::default();
        let mut changed: Option<Changed> = None;
        for _ in 0..ROUNDS {
            let current = changed.as_ref().map_or(text, |changed| &changed.text);
            hits.all.clear();
            hits.keys = false;
            self.pieces(current, |start, end| {
                self.look(current, (start, end), key, depth, &mut hits);
            });
            // Structures first: what is replaced within them leaves them readable.
            let found = hits.keys || !hits.all.is_empty();
            let json = if found && depth < DEPTH { self.json_text(current, depth) } else { None };
            if json.is_none() && hits.all.is_empty() {
                return changed;
            }
            let mut next = json.unwrap_or_else(|| self.splice(current, &mut hits.all));
            for (rule, count) in changed.map(|changed| changed.found).unwrap_or_default() {
                Changed::count(&mut next.found, rule, count);
            }
            changed = Some(next);
        }
        let mut found = changed.map(|changed| changed.found).unwrap_or_default();
        Changed::count(&mut found, Kind::Unclear.index(), 1);
        Some(Changed { text: format!("[{}]", Kind::Unclear.name()), found })
    }

    /// The parts of a text between what was replaced before. They are looked at apart, so that a
    /// replacement neither is found again nor joins what stands around it.
    pub(crate) fn pieces(&self, text: &str, mut piece: impl FnMut(usize, usize)) {
        let bytes = text.as_bytes();
        let mut from = 0;
        let mut at = 0;
        while let Some(open) = memchr::memchr(b'[', &bytes[at..]).map(|place| at + place) {
            if let Some(end) = self.replaced(text, open) {
                if from < open {
                    piece(from, open);
                }
                from = end;
                at = end;
            } else {
                at = open + 1;
            }
        }
        if from < text.len() {
            piece(from, text.len());
        }
    }

    /// The end of a replacement that begins here.
    fn replaced(&self, text: &str, open: usize) -> Option<usize> {
        let bytes = &text.as_bytes()[open + 1..text.len().min(open + 42)];
        bytes.first().filter(|byte| byte.is_ascii_lowercase())?;
        let close = memchr::memchr(b']', bytes)?;
        let name = std::str::from_utf8(&bytes[..close]).ok()?;
        let known = match name.strip_prefix("user:") {
            Some(hex) => is_pseudonym(hex),
            None => self.sorted.binary_search_by(|known| known.as_str().cmp(name)).is_ok(),
        };
        known.then_some(open + 1 + close + 1)
    }

    /// Looks through a part of a text as it stands and as it reads.
    fn look(
        &self,
        whole: &str,
        (start, end): (usize, usize),
        key: Option<&str>,
        depth: usize,
        hits: &mut Hits,
    ) {
        let text = &whole[start..end];
        let before = hits.all.len();
        scan::scan(&self.keys, text.as_bytes(), hits);
        let lower = key.filter(|_| self.has_operator_rules()).map(str::to_lowercase);
        let key = lower.as_deref();
        for rule in &self.operator {
            rule.find(text, key, &mut hits.all);
        }
        self.look_into(text.as_bytes(), depth, hits);
        if view::may_differ(text.as_bytes()) {
            self.look_behind(text, key, depth, hits);
        }
        for hit in &mut hits.all[before..] {
            hit.start = boundary(whole, start + hit.start);
            hit.end += start;
            while !whole.is_char_boundary(hit.end) {
                hit.end += 1;
            }
        }
    }

    /// Base64 and hexadecimal within the text.
    fn look_into(&self, text: &[u8], depth: usize, hits: &mut Hits) {
        if depth >= DEPTH {
            return;
        }
        scan::runs(text, |start, end| {
            for (range, inner) in encoded::readings(&text[start..end]) {
                if let Some(changed) = self.clean(&inner, None, depth + 1)
                    && let Some((rule, _)) = changed.found.first()
                {
                    let (start, end) = (start + range.start, start + range.end);
                    hits.all.push(Hit { start, end, rule: *rule });
                }
            }
        });
    }

    /// Readings of the text with its escapes undone, one after the other.
    fn look_behind(&self, text: &str, key: Option<&str>, depth: usize, hits: &mut Hits) {
        let mut views: Vec<view::View> = Vec::new();
        while views.len() < view::ROUNDS {
            let source = views.last().map_or(text.as_bytes(), |view| &view.text);
            let Some(read) = view::read(source) else { break };
            let from = hits.all.len();
            scan::scan(&self.keys, &read.text, hits);
            self.look_into(&read.text, depth, hits);
            if !self.operator.is_empty()
                && let Ok(plain) = std::str::from_utf8(&read.text)
            {
                for rule in &self.operator {
                    rule.find(plain, key, &mut hits.all);
                }
            }
            views.push(read);
            for hit in &mut hits.all[from..] {
                for view in views.iter().rev() {
                    (hit.start, hit.end) = view.source(hit.start, hit.end);
                }
            }
        }
    }

    /// Puts replacements in the places of what was found. Where ranges overlap, all of it goes, and
    /// the longest gives the name.
    fn splice(&self, text: &str, hits: &mut [Hit]) -> Changed {
        let mut next = Changed { text: String::new(), found: Vec::new() };
        hits.sort_by_key(|hit| (hit.start, std::cmp::Reverse(hit.end), hit.rule));
        next.text.reserve(text.len());
        let mut from = 0;
        let mut at = 0;
        while at < hits.len() {
            let mut taken = hits[at];
            let mut longest = taken.end - taken.start;
            at += 1;
            while at < hits.len() && hits[at].start < taken.end {
                let length = hits[at].end - hits[at].start;
                if length > longest {
                    longest = length;
                    taken.rule = hits[at].rule;
                }
                taken.end = taken.end.max(hits[at].end);
                at += 1;
            }
            next.text.push_str(&text[from..taken.start]);
            next.text.push_str(&self.replacement(taken.rule, &text[taken.start..taken.end]));
            Changed::count(&mut next.found, taken.rule, 1);
            from = taken.end;
        }
        next.text.push_str(&text[from..]);
        next
    }

    /// Whether a text is a replacement and nothing else.
    pub(crate) fn is_replaced(&self, text: &str) -> bool {
        text.starts_with('[') && self.replaced(text, 0) == Some(text.len())
    }

    /// The number of a rule.
    pub(crate) fn rule_number(&self, name: &str) -> u16 {
        let place = self.names.iter().position(|known| known == name);
        place.map_or(Kind::Unclear.index(), |place| place as u16)
    }

    /// Whether the operator added rules.
    pub(crate) fn has_operator_rules(&self) -> bool {
        !self.operator.is_empty()
    }
}

fn is_pseudonym(hex: &str) -> bool {
    hex.len() == 32 && hex.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// The redactor does not take out what it must. Nothing may pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the redactor's rule {rule:?} does not find its own example")]
pub struct CheckFailed {
    /// Which rule.
    pub rule: &'static str,
}
