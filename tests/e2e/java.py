"""Java programs by the JDK and Debian's jars, which carry no list of what they need themselves."""

# Compiler and programs are over before better machine code would pay.
SHORT_LIVED = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
# Only the compiler looks at the annotation @Generated, which the JDK has no more.
GENERATED = "geronimo-annotation-1.3-spec"


def classpath(*parts, jars):
    return ":".join([*map(str, parts), *(f"/usr/share/java/{name}.jar" for name in jars)])


def compiler(programs, sources, classes, jars):
    """The command that compiles the programs and, of the generated sources, what they refer to: all
    of it takes several times as long."""
    return ["javac", *(f"-J{option}" for option in SHORT_LIVED), "-proc:none", "-nowarn", "-g:none",
            "-encoding", "UTF-8", "-cp", classpath(jars=[*jars, GENERATED]),
            "-sourcepath", str(sources), "-d", str(classes), *map(str, programs)]


def runner(program, classes, jars):
    return ["java", *SHORT_LIVED, "-cp", classpath(classes, jars=jars), program]
