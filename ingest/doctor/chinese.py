"""What `zhengji doctor` says in Chinese: of each check its name, of each finding what is so and what to do about it."""

NAMES = {
    "settings": "设置文件",
    "secrets": "密码文件",
    "campaign": "征集活动",
    "roster": "协会名录",
    "selected": "已入选名单",
    "addresses": "公布的地址",
    "mail": "收件邮箱",
    "folder": "收件文件夹",
    "smtp": "发信服务器",
    "chat": "群",
    "database": "数据库",
    "vault": "文件库",
    "objects": "对象存储",
    "folders": "输出文件夹",
    "disk": "磁盘",
    "backup": "备份",
    "clock": "时钟时区",
    "calendar": "工作日历",
    "memory": "内存",
    "room": "读信进程",
    "ocr": "文字识别",
    "office": "LibreOffice",
    "unar": "unar",
    "fonts": "中文字体",
    "console": "操作台",
    "people": "操作台账号",
    "jobs": "分担的工作",
    "beat": "近况",
}
STATES = {"ok": "正常", "warning": "注意", "failing": "有问题", "skipped": "未查"}
TO_DO = "怎么办："
SUMMARY = "检查完毕：正常 {ok} 项，注意 {warning} 项，有问题 {failing} 项，未查 {skipped} 项。"

# key: (what is so, what to do about it)
SENTENCES: dict[str, tuple[str, str]] = {
    "check.skipped": ("没有检查：要先有可用的设置文件和征集活动文件", "先解决上面的问题，再运行一次"),
    "check.too_long": (
        "查了 {seconds} 秒还没有结果，没有再等",
        "看看网络、磁盘或服务器是否没有反应，过一会儿再运行一次",
    ),
    "check.broken": (
        "检查本身出了错，不知道是否正常",
        "这是程序的毛病：请把屏幕上 doctor.check_failed 那一行发给维护的人",
    ),
    "check.said": ("{why}", "按上面这句话改好，再运行一次"),
    "check.os": ("{what} 读写不了（{why}）", "检查这个文件或文件夹在不在、运行本程序的用户有没有权限"),
    "settings.ok": ("{path} 可用", ""),
    "settings.bad": ("{why}", "按这句话改设置文件；还没有的话运行 zhengji init 新建"),
    "settings.open": (
        "{path} 里写有密码，别的用户也能读（权限 {mode}）",
        "运行 chmod 600 {path}；最好把密码移到 secrets/ 下的文件，改写 password_file",
    ),
    "secrets.ok": ("{count} 个，都读得到，别的用户读不到", ""),
    "secrets.unreadable": ("{path} 读不了（{why}）", "检查文件在不在、是否归运行本程序的用户所有；内容应只有一行密码"),
    "secrets.empty": ("{path} 是空的", "把密码（授权码）写进这个文件，只写一行"),
    "secrets.open": ("{path} 别的用户也能读（权限 {mode}）", "运行 chmod 600 {path}"),
    "campaign.ok": ("{id}，{title}，{deadline} 截止，规则 {rules} 条与程序相符，例子全部通过", ""),
    "campaign.bad": ("{why}", "按这句话改征集活动文件；没有改过它的话，设置中 [campaign] id 应是随程序提供的活动"),
    "roster.ok": ("{count} 家，都登记了邮箱地址", ""),
    "roster.partly": (
        "{count} 家，登记了邮箱地址的 {addressed} 家；没有的：{missing}",
        "没有登记地址的协会来信要由人认一次；可在 [campaign] roster 的文件里补上 addresses",
    ),
    "roster.mostly_not": (
        "{count} 家，登记了邮箱地址的只有 {addressed} 家",
        "没有登记地址的协会来信要由人认一次；可在 [campaign] roster 的文件里补上 addresses",
    ),
    "roster.bad": ("{why}", "按这句话改协会名录文件"),
    "selected.ok": ("{count} 个小区", ""),
    "selected.none": (
        "没有提供，查不出此前已入选的小区",
        "把此前入选的名单存成 CSV（province,city,community,company），路径写在 [campaign] already_selected",
    ),
    "selected.bad": ("{why}", "按这句话改名单文件"),
    "addresses.ok": ("通知公布的地址都在收：{published}", ""),
    "addresses.none": (
        "还没有设置收件邮箱，通知公布的地址 {published} 都没有在收",
        "运行 zhengji init 设置，或在设置文件里为每个地址写一节 [[mailboxes]]",
    ),
    "addresses.missing": (
        "通知公布的地址 {missing} 没有设置，寄到那里的信收不到",
        "在设置文件里再写一节 [[mailboxes]]；它若只是别名、信进同一个邮箱，"
        "就把 address 写成它、username 写成主账号（同一封信不会算两次）",
    ),
    "mail.ok": ("{address} 登录成功；要收的文件夹和邮件数：{folders}（身份声明 ID：{id}）", ""),
    "mail.refused": (
        "{address}：{why}",
        "到网页邮箱确认 IMAP 服务已开启，重新生成客户端授权码，写进它的密码文件；各家做法见 docs/providers.md",
    ),
    "mail.unreachable": (
        "{address} 连不上 {server}：{why}",
        "检查 host、port、security 是否写对（ssl 通常是 993），本机能否上网，防火墙是否放行；各家地址见 docs/providers.md",
    ),
    "mail.unknown_host": (
        "{address} 的服务器名 {host} 查不到（{why}）",
        "检查 host 有没有写错字，本机的网络和 DNS 是否正常",
    ),
    "mail.folder_missing": (
        "{address} 里没有设置所写的文件夹：{missing}",
        "到网页邮箱看文件夹的名称，改设置中的 folders；不写 folders 就全收",
    ),
    "certificate.days": ("{host} 的证书有效，还剩 {days} 天", "不足 21 天时请提醒管邮件服务器的人更换证书"),
    "certificate.expired": (
        "{host} 的证书已经过期，已停止连接",
        "请管邮件服务器的人更换证书；本机时钟若不对，先校准时钟",
    ),
    "certificate.not_yet": ("{host} 的证书还没有生效，已停止连接", "多半是本机时钟慢了：先校准时钟"),
    "certificate.other_host": (
        "{host} 的证书不是发给这个名称的，已停止连接（{why}）",
        "host 要写证书上的名称（服务商公布的那个），不要写 IP 地址或别的域名",
    ),
    "certificate.foreign": (
        "{host} 的证书不是受信任的机构签发的，已停止连接（{why}）",
        "自建的邮件服务器：把签发机构的证书存成文件，在设置中写 ca_file；公共邮箱出现这种情况，可能有人在中间拦截，不要继续",
    ),
    "clock.ok": ("{now}（{zone}）；不比已收来信的到达时刻慢（快了多少，邮件服务器不说，查不出）", ""),
    "clock.slow": (
        "本机时钟至少慢了 {minutes} 分钟：邮件服务器在 {newest} 已经收到过信",
        "打开自动校时：timedatectl set-ntp true（Windows：设置 → 时间 → 自动设置）",
    ),
    "clock.backwards": (
        "本机时钟往回走过：本机在 {newest} 记过事，现在却是 {now}",
        "打开自动校时：timedatectl set-ntp true（Windows：设置 → 时间 → 自动设置）",
    ),
    "clock.year": (
        "本机时钟是 {now}，离这次征集（{deadline} 截止）很远",
        "看看时钟对不对，设置中的征集活动是不是今年的",
    ),
    "calendar.ok": ("{years} 年的放假调休安排都有", ""),
    "calendar.unknown": (
        "{years} 年的放假调休安排还没有，按周一至周五当工作日",
        "国务院公布后升级程序即可；这期间请自己留意调休",
    ),
    "folder.ok": ("{name}：{path}", ""),
    "folder.missing": ("{path} 不存在或没有接上", "新建这个文件夹，或接上它所在的磁盘、网络盘"),
    "folder.unreadable": ("{path} 没有读取权限", "给运行本程序的用户读这个文件夹的权限"),
    "smtp.ok": ("{server} 登录成功，接受发信人 {sender}；收日报的有 {count} 人（没有发信）", ""),
    "smtp.missing": ("写了收日报的人，没有写发信服务器，日报发不出去", "在设置文件里写 [digest.smtp]"),
    "smtp.none": ("没有设置，日报只写成文件，不发出", "要发给同事，在设置文件里写 recipients 和 [digest.smtp]"),
    "smtp.nobody": ("没有设置收日报的人", "在 [digest] recipients 里写上同事的邮箱"),
    "smtp.refused": (
        "{server} 登录被拒（{why}）",
        "重新生成客户端授权码，写进它的密码文件；确认 SMTP 服务已开启，见 docs/providers.md",
    ),
    "smtp.not_ascii": ("用户名或密码（授权码）含有英文以外的字符", "重新复制一遍授权码，注意不要带上中文标点"),
    "smtp.no_login": (
        "{server} 不提供登录（{why}）",
        "多半是端口或 security 写错：ssl 通常是 465，starttls 通常是 587",
    ),
    "smtp.unreachable": (
        "连不上 {server}（{why}）",
        "检查 host、port、security（ssl 465，starttls 587），防火墙是否放行；云主机多半封了 25 端口",
    ),
    "smtp.unknown_host": ("服务器名 {host} 查不到（{why}）", "检查 host 有没有写错字，本机的网络和 DNS 是否正常"),
    "smtp.sender": (
        "{server} 不接受发信人 {sender}（{why}）",
        "sender 通常要和 username 是同一个地址；去掉 sender 试试",
    ),
    "smtp.settings": ("{why}", "按这句话改设置"),
    "chat.ok": ("{name}（{service}）的地址写法正确（没有发消息；试发用 zhengji digest --to）", ""),
    "chat.bad": ("{name}：{why}", "在群里重新查看机器人的地址，按 docs/sending.md 的写法写进它的文件"),
    "database.ok": ("{server}，{where}，表结构 {revision}，可以写入", ""),
    "database.empty": ("{server}，{where}，还是空的，可以写入；第一次运行时自动建表", ""),
    "database.older": (
        "{server}，{where}，表结构是旧版本的（{revision}，新的是 {newest}）",
        "先备份；运行任何一个命令（如 zhengji status）时会自动升级",
    ),
    "database.newer": (
        "{server}，{where}，表结构（{revision}）比这个程序新",
        "它已被新版本升级过：请把程序也升级到新版本，不要用旧版本打开",
    ),
    "database.read_only": (
        "{server}，{where}，不能写入（{why}）",
        "SQLite：检查文件和所在文件夹的权限、磁盘是否已满；PostgreSQL：给这个用户在库中建表的权限",
    ),
    "database.encoding": (
        "{server}，{where}，编码是 {encoding}，存不了中文",
        "另建一个 UTF8 的库：createdb -E UTF8 -T template0 库名",
    ),
    "database.network": (
        "SQLite 放在网络盘上（{kind}），多个程序同时写会损坏",
        "把数据库移到本机磁盘上，或改用 PostgreSQL",
    ),
    "vault.ok": ("{path} 可以写入、落盘、加锁", ""),
    "vault.new": ("{path} 还没有建，第一次运行时会建；那里可以写入、落盘、加锁", ""),
    "vault.unwritable": ("{path} 不能写入（{why}）", "检查文件夹的权限和归属（chown）、磁盘是否已满或只读"),
    "vault.two_disks": (
        "{path} 下的 incoming 在另一块盘上，收下的文件不能一步到位",
        "让 incoming 和文件库在同一块盘上，不要单独挂载",
    ),
    "vault.no_locks": ("{path} 所在的盘上文件锁不起作用", "换到本机磁盘，或在网络盘上打开文件锁（NFS 用 v4）"),
    "folders.ok": ("都可以写入：{paths}", ""),
    "folders.unwritable": ("{name} {path} 不能写入（{why}）", "检查文件夹的权限和归属，或在设置中换一个"),
    "objects.ok": ("桶 {bucket} 可以存入、取回、删除", ""),
    "objects.away": ("桶 {bucket}：{why}", "核对 [vault.s3] 的地址、桶名、密钥和权限；内容不会丢，恢复后自动继续"),
    "disk.ok": ("{path} 所在的盘还剩 {free}", ""),
    "disk.low": (
        "{path} 所在的盘只剩 {free}（少于 {warn} 就提醒，少于 {stop} 就停收）",
        "腾出空间，或把文件库移到大一些的盘上",
    ),
    "disk.full": (
        "{path} 所在的盘只剩 {free}，少于 {stop}：已停止收信（邮件留在邮箱里，不会丢）",
        "腾出空间，收信会自己恢复",
    ),
    "backup.new": ("数据库还是空的，收信以后再备份", ""),
    "backup.ok": ("{last} 备份到 {folder}", ""),
    "backup.never": (
        "还没有做过备份",
        "运行 zhengji backup 文件夹（最好在另一块盘上），并设每天自动备份（docs/backup.md）",
    ),
    "backup.old": (
        "上一次备份在 {last}（{folder}），已超过 {days} 天",
        "看备份盘是否接好、定时任务是否在运行，再运行 zhengji backup 文件夹",
    ),
    "backup.lost": (
        "{last} 的备份（{folder}）缺 {lost} 个内容：文件库里缺失或已损坏",
        "运行 zhengji verify --blobs 看是哪些，从更早的备份里放回",
    ),
    "memory.ok": ("内存 {there}，处理器 {cores} 个；同时读 {processes} 个文件，约需 {needed}", ""),
    "memory.short": (
        "内存 {there}，同时读 {processes} 个文件约需 {needed}，可能不够",
        "把 [limits] processes 改小（每个约 2 GB），或加内存",
    ),
    "memory.cores": (
        "处理器只有 {cores} 个，却要同时读 {processes} 个文件",
        "把 [limits] processes 改成不超过 {cores}",
    ),
    "memory.untold": ("这个系统不告诉内存大小；同时读 {processes} 个文件约需 {needed}", ""),
    "room.ok": ("能启动、能读，内存限在 {memory} MB 以内", ""),
    "room.not_started": (
        "启动不了（{why}）：来信都读不了，原信仍照常保存",
        "程序没有装完整：重新安装（{python} -m pip install …，或 make），再运行 zhengji retry",
    ),
    "room.fails": (
        "启动了，读一小段文字时出错（{why}）",
        "这是程序或安装的毛病：重新安装；仍不行请把这一行发给维护的人",
    ),
    "room.unbounded": (
        "能启动、能读，但这个系统限制不了它的内存（Windows 就是这样），只限时间",
        "尽量在 Linux 上运行；特别大的文件可能拖慢整台机器",
    ),
    "ocr.ok": ("模型可用，读出“{read}”", ""),
    "ocr.fails": (
        "用不了（{why}）：扫描件认不出字，也看不到章",
        "重新安装 rapidocr 和 onnxruntime（模型在安装包里）；内存不足时加大 [limits] scan_memory_bytes，再运行 zhengji retry",
    ),
    "ocr.misread": (
        "读错了：应是“{written}”，读成“{read}”",
        "模型文件可能坏了：重新安装 rapidocr",
    ),
    "office.ok": ("{program} 转换成功", ""),
    "office.missing": (
        "没有找到：旧版 Word（.doc、.wps、.rtf）读不了",
        "安装 libreoffice-writer-nogui（apt-get install libreoffice-writer-nogui），装好后会自动重读",
    ),
    "office.fails": (
        "{program} 在，但没有转换成功（{why}）",
        "单独运行 soffice --version 看看；重装 libreoffice-writer-nogui；内存不足时加大 [limits] scan_memory_bytes",
    ),
    "unar.ok": ("{program} 解压成功", ""),
    "unar.missing": ("没有找到：RAR 压缩包打不开", "安装 unar（apt-get install unar），装好后运行 zhengji rebuild"),
    "unar.fails": ("{program} 在，但没有解压成功", "重新安装 unar"),
    "fonts.ok": ("有可以嵌入 PDF 的中文字体", ""),
    "fonts.none": (
        "没有找到可以嵌入 PDF 的中文字体，照片页的字由看的人的电脑补",
        "安装 fonts-wqy-zenhei，或在 [reports] font 写一个 .ttf、.ttc 字体",
    ),
    "fonts.bad": ("{why}", "在 [reports] font 换一个 TrueType 字体，或去掉这一行"),
    "console.free": ("{host} 的端口 {port} 空着，可以打开", ""),
    "console.open": ("已经开着：{host} 端口 {port}", ""),
    "console.taken": ("{why}（占着它的不是操作台）", "在 [console] port 换一个端口，或停掉占用它的程序"),
    "console.others": ("{why}", "见 docs/console.md"),
    "people.ok": ("{count} 个可用，其中管理员 {admins} 个", ""),
    "people.none": ("没有可用的管理员账号", "运行 zhengji user add 姓名 --role admin"),
    "jobs.none": ("还没有建立几台机器分担工作的表", "启动 zhengji worker，它会自己建好"),
    "jobs.nobody": (
        "没有正在运行的 zhengji worker；等待 {todo} 件",
        "在各台机器上启动 zhengji worker，至少各有一台承担 --role poll、read、report",
    ),
    "jobs.differ": (
        "几台机器的程序版本、设置、名录或 LibreOffice 不一致（{count} 种），读出的结果可能不同",
        "让各台机器装同一版本、用同样的设置和名录，改好后重启 zhengji worker",
    ),
    "jobs.failed": ("有 {count} 件工作没有做成", "运行 zhengji jobs 看是哪些，排除原因后运行 zhengji jobs retry"),
    "jobs.ok": ("正在运行的工作进程 {there} 个，等待 {todo} 件，正在做 {doing} 件", ""),
    "beat.new": ("还没有收过信", ""),
    "beat.ok": ("{address}：最近一次收信 {last}，正常", ""),
    "beat.never": ("{address}：还没有收过信", "运行 zhengji poll 收一次，或让 zhengji worker 一直运行"),
    "beat.late": ("{address}：最近一次收信是 {last}，已经很久", "看看 zhengji worker 是否在运行"),
    "beat.failing": (
        "{address}：从 {since} 起收不到信（{why}），上次正常是 {last}",
        "先解决上面这个邮箱的问题；然后运行 zhengji poll",
    ),
    "digest.ok": ("最近一次日报（{day}）都发出了", ""),
    "digest.wrong": ("最近一次日报（{day}）没有全部发出：{why}", "看 zhengji sent；改好后运行 zhengji digest --send"),
}
