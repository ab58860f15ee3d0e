"""What `zhengji doctor` says in English. Sentences of other parts of the program that stand in it remain Chinese."""

NAMES = {
    "settings": "settings file",
    "secrets": "secret files",
    "campaign": "campaign",
    "roster": "associations",
    "selected": "selected before",
    "addresses": "published addresses",
    "mail": "mailbox",
    "folder": "watched folder",
    "smtp": "outgoing mail",
    "chat": "chat group",
    "database": "database",
    "vault": "vault",
    "objects": "object store",
    "folders": "output folders",
    "disk": "disk",
    "backup": "backup",
    "clock": "clock and zone",
    "calendar": "working days",
    "memory": "memory",
    "room": "clean room",
    "ocr": "OCR",
    "office": "LibreOffice",
    "unar": "unar",
    "fonts": "Chinese font",
    "console": "console",
    "people": "console accounts",
    "jobs": "shared work",
    "beat": "lately",
}
STATES = {"ok": "ok", "warning": "warning", "failing": "failing", "skipped": "skipped"}
TO_DO = "To do: "
SUMMARY = "Done: {ok} ok, {warning} warnings, {failing} failing, {skipped} skipped."

SENTENCES: dict[str, tuple[str, str]] = {
    "check.skipped": (
        "not looked at: it needs usable settings and a usable campaign",
        "mend what is said above, and run this again",
    ),
    "check.too_long": (
        "no result after {seconds} s",
        "see whether the network, the disk or the server hangs, and run this again",
    ),
    "check.broken": (
        "the check itself broke",
        "a fault of the program: send the line doctor.check_failed to whoever maintains it",
    ),
    "check.said": ("{why}", "mend what it says, and run this again"),
    "check.os": (
        "{what} cannot be read or written ({why})",
        "see whether it is there, and whether the user of this program may use it",
    ),
    "settings.ok": ("{path} is usable", ""),
    "settings.bad": ("{why}", "mend what it says; where there is no settings file, run zhengji init"),
    "settings.open": (
        "{path} holds a secret and others may read it (mode {mode})",
        "run chmod 600 {path}; better move the secret to a file in secrets/ and name it by password_file",
    ),
    "secrets.ok": ("{count}, all of them readable by us alone", ""),
    "secrets.unreadable": (
        "{path} cannot be read ({why})",
        "see whether it is there and belongs to the user of this program; it holds one line",
    ),
    "secrets.empty": ("{path} is empty", "write the password into it, one line"),
    "secrets.open": ("{path} may be read by others (mode {mode})", "run chmod 600 {path}"),
    "campaign.ok": ("{id}, {title}, closes {deadline}; {rules} rules fit this program, their examples pass", ""),
    "campaign.bad": (
        "{why}",
        "mend the campaign file; where nobody changed it, [campaign] id names none that comes with the program",
    ),
    "roster.ok": ("{count}, all with addresses", ""),
    "roster.partly": (
        "{count}, of which {addressed} have addresses; without: {missing}",
        "mail of those without is asked about once; add addresses to the file of [campaign] roster",
    ),
    "roster.mostly_not": (
        "{count}, of which only {addressed} have addresses",
        "mail of those without is asked about once; add addresses to the file of [campaign] roster",
    ),
    "roster.bad": ("{why}", "mend the roster"),
    "selected.ok": ("{count} communities", ""),
    "selected.none": (
        "none given: communities selected before cannot be told",
        "name a CSV (province,city,community,company) by [campaign] already_selected",
    ),
    "selected.bad": ("{why}", "mend the list"),
    "addresses.ok": ("all are polled: {published}", ""),
    "addresses.none": (
        "no mailbox is set, so none of {published} is polled",
        "run zhengji init, or write a [[mailboxes]] for each",
    ),
    "addresses.missing": (
        "{missing} is not polled: what comes there is never seen",
        "write another [[mailboxes]]; where it is an alias of the same mailbox, with it as address and the account as username"
        " (a mail never counts twice)",
    ),
    "mail.ok": ("{address} logged in; folders polled, and their mails: {folders} (introduced by {id})", ""),
    "mail.refused": (
        "{address} refuses the login: {why}",
        "switch IMAP on in webmail, make a new 授权码 and write it into its file; see docs/providers.md",
    ),
    "mail.unreachable": (
        "{address}: {server} cannot be reached: {why}",
        "check host, port and security (ssl is mostly 993), the network and the firewall; see docs/providers.md",
    ),
    "mail.unknown_host": (
        "{address}: the server name {host} is not known ({why})",
        "check the spelling of host, the network and DNS",
    ),
    "mail.folder_missing": (
        "{address} has no folder {missing}",
        "look up the names in webmail and change folders; without it all are read",
    ),
    "certificate.days": (
        "the certificate of {host} is valid for {days} more days",
        "below 21 days remind whoever runs the server",
    ),
    "certificate.expired": (
        "the certificate of {host} has expired; the connection was given up",
        "whoever runs the server must renew it; a wrong clock here looks the same",
    ),
    "certificate.not_yet": (
        "the certificate of {host} is not valid yet; the connection was given up",
        "most likely the clock here is slow: set it",
    ),
    "certificate.other_host": (
        "the certificate of {host} is for another name; the connection was given up ({why})",
        "write the name that the provider publishes as host, no IP address and no other domain",
    ),
    "certificate.foreign": (
        "nobody we trust vouches for the certificate of {host}; the connection was given up ({why})",
        "a server of your own: save its authority's certificate and name it by ca_file; a public provider: somebody may be listening, do not go on",
    ),
    "clock.ok": ("{now} ({zone}); not slow by the arrivals we hold (mail servers do not tell whether it is fast)", ""),
    "clock.slow": (
        "the clock here is slow by {minutes} minutes at least: the mail server took a mail at {newest}",
        "switch on synchronisation: timedatectl set-ntp true (Windows: Settings → Time → Set automatically)",
    ),
    "clock.backwards": (
        "the clock here went backwards: something was noted at {newest}, and it is {now}",
        "switch on synchronisation: timedatectl set-ntp true (Windows: Settings → Time → Set automatically)",
    ),
    "clock.year": (
        "the clock says {now}, far from this campaign (closes {deadline})",
        "check the clock, and whether the campaign is this year's",
    ),
    "calendar.ok": ("known for {years}", ""),
    "calendar.unknown": (
        "not known yet for {years}: Monday to Friday count as worked",
        "upgrade once the calendar is published",
    ),
    "folder.ok": ("{name}: {path}", ""),
    "folder.missing": ("{path} is not there", "make it, or connect the disk that it is on"),
    "folder.unreadable": ("{path} may not be read", "let the user of this program read it"),
    "smtp.ok": ("{server} logged in, takes {sender} as sender; {count} get the digest (nothing was sent)", ""),
    "smtp.missing": ("recipients are set, but no server: no digest goes out", "write [digest.smtp]"),
    "smtp.none": ("not set: digests are written and not sent", "to send them set recipients and [digest.smtp]"),
    "smtp.nobody": ("nobody gets the digest", "write addresses into [digest] recipients"),
    "smtp.refused": (
        "{server} refuses the login ({why})",
        "make a new 授权码 and write it into its file; see docs/providers.md",
    ),
    "smtp.not_ascii": (
        "user name or password hold other than ASCII characters",
        "copy the 授权码 again, without Chinese punctuation",
    ),
    "smtp.no_login": (
        "{server} offers no login ({why})",
        "most likely a wrong port or security: ssl is 465, starttls 587",
    ),
    "smtp.unreachable": (
        "{server} cannot be reached ({why})",
        "check host, port and security (ssl 465, starttls 587) and the firewall; clouds mostly block 25",
    ),
    "smtp.unknown_host": (
        "the server name {host} is not known ({why})",
        "check the spelling of host, the network and DNS",
    ),
    "smtp.sender": (
        "{server} does not take {sender} as sender ({why})",
        "sender must mostly equal username: leave it out",
    ),
    "smtp.settings": ("{why}", "mend what it says"),
    "chat.ok": (
        "the address of {name} ({service}) is well formed (nothing was sent; zhengji digest --to tries it)",
        "",
    ),
    "chat.bad": ("{name}: {why}", "look up the robot's address and write it as docs/sending.md says"),
    "database.ok": ("{server}, {where}, tables {revision}, writable", ""),
    "database.empty": ("{server}, {where}, empty and writable; tables are made by the first command", ""),
    "database.older": (
        "{server}, {where}, tables of an older version ({revision}; ours is {newest})",
        "back up; any command, such as zhengji status, migrates it",
    ),
    "database.newer": (
        "{server}, {where}, tables ({revision}) of a newer program",
        "upgrade the program; never open it with an old one",
    ),
    "database.read_only": (
        "{server}, {where}, cannot be written ({why})",
        "SQLite: check the rights of the file and its folder, and the disk; PostgreSQL: let this user create tables",
    ),
    "database.encoding": (
        "{server}, {where}, is {encoding} and holds no Chinese",
        "make another one: createdb -E UTF8 -T template0 NAME",
    ),
    "database.network": (
        "SQLite on a network file system ({kind}) breaks when several write",
        "move it to a disk of this machine, or use PostgreSQL",
    ),
    "vault.ok": ("{path} can be written, synced and locked", ""),
    "vault.new": ("{path} is made by the first command; it can be written, synced and locked there", ""),
    "vault.unwritable": (
        "{path} cannot be written ({why})",
        "check its rights and owner (chown), and whether the disk is full or read-only",
    ),
    "vault.two_disks": (
        "incoming of {path} lies on another disk: files cannot be renamed into the vault",
        "keep both on one disk",
    ),
    "vault.no_locks": (
        "file locks do not hold at {path}",
        "use a disk of this machine, or switch locks on (NFS version 4)",
    ),
    "folders.ok": ("writable: {paths}", ""),
    "folders.unwritable": (
        "{name} {path} cannot be written ({why})",
        "check its rights and owner, or name another one",
    ),
    "objects.ok": ("bucket {bucket}: objects can be stored, fetched and removed", ""),
    "objects.away": (
        "bucket {bucket}: {why}",
        "check address, bucket, keys and rights under [vault.s3]; nothing is lost, and it goes on by itself",
    ),
    "disk.ok": ("{free} free where {path} is", ""),
    "disk.low": (
        "only {free} free where {path} is (warned below {warn}, stopped below {stop})",
        "make room, or move the vault",
    ),
    "disk.full": (
        "only {free} free where {path} is, less than {stop}: no mail is taken in (it stays in the mailbox)",
        "make room; it resumes by itself",
    ),
    "backup.new": ("the database is empty yet; back up once mail has come", ""),
    "backup.ok": ("made {last} into {folder}", ""),
    "backup.never": (
        "none was ever made",
        "run zhengji backup FOLDER (on another disk), and have it done daily (docs/backup.md)",
    ),
    "backup.old": (
        "the last one was made {last} ({folder}), more than {days} days ago",
        "see whether its disk is there and its timer runs, then run zhengji backup FOLDER",
    ),
    "backup.lost": (
        "that of {last} ({folder}) lacks {lost} contents, missing or damaged in the vault",
        "run zhengji verify --blobs to see which, and put them back from an earlier backup",
    ),
    "memory.ok": ("{there}, {cores} cores; {processes} processes need about {needed}", ""),
    "memory.short": (
        "{there}, but {processes} processes need about {needed}",
        "lower [limits] processes (2 GB each), or add memory",
    ),
    "memory.cores": ("{cores} cores for {processes} processes", "set [limits] processes to {cores} at most"),
    "memory.untold": ("this system does not tell; {processes} processes need about {needed}", ""),
    "room.ok": ("starts and reads; its memory is bounded by {memory} MB", ""),
    "room.not_started": (
        "does not start ({why}): no mail can be read, though all are kept",
        "the installation is not whole: install again ({python} -m pip install …, or make), then run zhengji retry",
    ),
    "room.fails": (
        "starts, but fails to read a short text ({why})",
        "install again; if that does not help, send this line to whoever maintains the program",
    ),
    "room.unbounded": (
        "starts and reads, but its memory cannot be bounded here (so it is on Windows)",
        "run it on Linux if you can: a huge file may slow the whole machine",
    ),
    "ocr.ok": ("reads “{read}”", ""),
    "ocr.fails": (
        "cannot be used ({why}): scans stay unread",
        "install rapidocr and onnxruntime again (they bring the models); where memory is short raise [limits] scan_memory_bytes; then zhengji retry",
    ),
    "ocr.misread": ("read “{read}” for “{written}”", "its models may be damaged: install rapidocr again"),
    "office.ok": ("{program} converts", ""),
    "office.missing": (
        "not found: old Word files (.doc, .wps, .rtf) stay unread",
        "apt-get install libreoffice-writer-nogui; they are read by themselves then",
    ),
    "office.fails": (
        "{program} is there and does not convert ({why})",
        "try soffice --version; install it again; where memory is short raise [limits] scan_memory_bytes",
    ),
    "unar.ok": ("{program} unpacks", ""),
    "unar.missing": ("not found: RAR archives stay closed", "apt-get install unar, then zhengji rebuild"),
    "unar.fails": ("{program} is there and does not unpack", "install unar again"),
    "fonts.ok": ("there is a Chinese font that PDFs can hold", ""),
    "fonts.none": (
        "no Chinese font that PDFs can hold: whoever opens them sees his own",
        "install fonts-wqy-zenhei, or name a .ttf or .ttc by [reports] font",
    ),
    "fonts.bad": ("{why}", "name another TrueType font by [reports] font, or none"),
    "console.free": ("port {port} on {host} is free", ""),
    "console.open": ("is open: {host}, port {port}", ""),
    "console.taken": (
        "{why} (it is not a console that answers there)",
        "choose another [console] port, or stop what uses it",
    ),
    "console.others": ("{why}", "see docs/console.md"),
    "people.ok": ("{count} accounts, {admins} of them administrators", ""),
    "people.none": ("no administrator can log in", "run zhengji user add NAME --role admin"),
    "jobs.none": ("the tables of shared work are not made yet", "start zhengji worker, which makes them"),
    "jobs.nobody": (
        "no zhengji worker is running; {todo} jobs wait",
        "start zhengji worker on the machines, at least one for each of --role poll, read and report",
    ),
    "jobs.differ": (
        "the machines differ in version, settings, roster or LibreOffice ({count} kinds) and may read differently",
        "install one version with the same settings and roster everywhere, then restart zhengji worker",
    ),
    "jobs.failed": (
        "{count} jobs were given up",
        "see which with zhengji jobs, mend the cause, run zhengji jobs retry",
    ),
    "jobs.ok": ("{there} workers are running, {todo} jobs wait, {doing} are done now", ""),
    "beat.new": ("nothing was taken in yet", ""),
    "beat.ok": ("{address}: last polled {last}, well", ""),
    "beat.never": ("{address}: never polled", "run zhengji poll, or keep zhengji worker running"),
    "beat.late": ("{address}: last polled {last}, long ago", "see whether zhengji worker runs"),
    "beat.failing": (
        "{address}: no mail since {since} ({why}); last good {last}",
        "mend the mailbox as said above, then run zhengji poll",
    ),
    "digest.ok": ("the last digest ({day}) went to all", ""),
    "digest.wrong": (
        "the last digest ({day}) did not go to all: {why}",
        "see zhengji sent; then run zhengji digest --send",
    ),
}
